using Portal.DriftVectors;

if (args.Length != 1)
{
    Console.Error.WriteLine("usage: Portal.DriftVectors FILE    (a file of format drift-vectors/1, its CSV cases beside it)");
    return 2;
}

return VectorSuite.Run(args[0], Console.Out);
