using System.Text;

namespace Portal.Core.Tests.Drift;

/// <summary>A large text file that takes no disk and no memory: a head, then one block over and over.</summary>
internal sealed class RepeatedText(string head, string block, long least) : Stream
{
    private readonly byte[] _head = Encoding.UTF8.GetBytes(head);
    private readonly byte[] _block = Encoding.UTF8.GetBytes(block);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _head.Length + (least + _block.Length - 1) / _block.Length * _block.Length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = 0;
        while (read < buffer.Length && Position < Length)
        {
            var inHead = Position < _head.Length;
            var from = inHead ? _head.AsSpan((int)Position) : _block.AsSpan((int)((Position - _head.Length) % _block.Length));
            var part = from[..Math.Min(from.Length, buffer.Length - read)];
            part.CopyTo(buffer[read..]);
            read += part.Length;
            Position += part.Length;
        }

        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = offset;

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
