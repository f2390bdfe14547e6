using System.Buffers;
using System.Security.Cryptography;
using Portal.Core.Training;

namespace Portal.Infrastructure.Storage;

/// <summary>Artefacts as files under the data directory, named by their SHA-256. Several replicas share the folder.</summary>
public sealed class ArtefactFolder(string folder) : IArtefactStore
{
    private const int BufferSize = 128 * 1024;

    /// <inheritdoc/>
    public async Task<StoredArtefact?> SaveAsync(Stream content, long limit, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var incoming = Path.Combine(folder, $"incoming-{Guid.NewGuid():N}");
        try
        {
            if (await WriteAsync(content, incoming, limit, ct) is not { } stored)
                return null;
            // Renamed when it is whole: a portal that dies meanwhile leaves no file under a hash that it does not have.
            File.Move(incoming, PathOf(stored.Sha256), overwrite: true);
            return stored;
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    /// <inheritdoc/>
    public Stream? Open(string sha256) => sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower) && File.Exists(PathOf(sha256))
        ? File.OpenRead(PathOf(sha256)) : null;

    /// <inheritdoc/>
    public IReadOnlyList<string> StoredBefore(DateTimeOffset moment)
    {
        if (!Directory.Exists(folder))
            return [];
        // What never became whole has the same age as what nobody names, and goes with it.
        return [.. new DirectoryInfo(folder).EnumerateFiles().Where(f => f.LastWriteTimeUtc < moment.UtcDateTime).Select(f => f.Name)];
    }

    /// <inheritdoc/>
    public void Delete(string sha256, DateTimeOffset storedBefore)
    {
        var file = new FileInfo(PathOf(sha256));
        try
        {
            if (file.LastWriteTimeUtc < storedBefore.UtcDateTime)
                file.Delete();
        }
        catch (IOException)
        {
            // In use somewhere: one of the next rounds takes it, and this one goes on.
        }
    }

    private static async Task<StoredArtefact?> WriteAsync(Stream content, string path, long limit, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var file = File.Create(path);
            long size = 0;
            int read;
            while ((read = await content.ReadAsync(buffer, ct)) > 0)
            {
                size += read;
                if (size > limit)
                    return null;
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }
            return new StoredArtefact(Convert.ToHexStringLower(hash.GetHashAndReset()), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string PathOf(string sha256) => Path.Combine(folder, sha256);
}
