using System.Security.Cryptography;
using Portal.Core.Results;

namespace Portal.Core.Monitoring;

/// <summary>An upload on disk: bounded memory whatever its size, readable twice, gone when disposed.</summary>
internal sealed class SpooledFile : IAsyncDisposable
{
    /// <summary>Largest upload.</summary>
    public const long MostBytes = 4L * 1024 * 1024 * 1024;

    private SpooledFile(FileStream content, string hash) => (Content, Hash) = (content, hash);

    public FileStream Content { get; }

    /// <summary>SHA-256 of the content, hexadecimal.</summary>
    public string Hash { get; }

    public static async Task<Result<SpooledFile>> CreateAsync(Stream upload, CancellationToken ct)
    {
        var path = Path.Combine(Path.GetTempPath(), $"portal-upload-{Guid.NewGuid():N}");
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            BufferSize = 1 << 16,
        });
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 16];
            for (int read; (read = await upload.ReadAsync(buffer, ct)) > 0;)
            {
                if (file.Length + read > MostBytes)
                {
                    await file.DisposeAsync();
                    return new Refusal("csv.too_large", Field: "File").With("limit", MostBytes >> 30);
                }

                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }

            await file.FlushAsync(ct);
            return new SpooledFile(file, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
