using Portal.Testing.Databases;

[assembly: AssemblyFixture(typeof(PostgresServer))]
