using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The files that identify a checkpoint, as they were when somebody looked at them: <c>config.json</c> and the weights. They can be hashed
/// later, and files that were changed meanwhile are refused.
/// </summary>
public sealed class CheckpointFiles
{
    private static readonly string[] Extensions = [".json", ".safetensors", ".model", ".txt", ".jinja"];

    private readonly string folder;
    private readonly IReadOnlyList<(string Name, long Length, DateTime Written)> files;

    private CheckpointFiles(string folder, IReadOnlyList<string> names)
    {
        this.folder = folder;
        files = [.. names.Select(name =>
        {
            using var file = Open(name);
            var (length, written) = Stamp(file);
            return (name, length, written);
        })];
    }

    /// <summary>
    /// Whether a file of this name may be one of a checkpoint's: configuration, weights, tokenizer, preprocessor. Not whatever else lies in
    /// the folder.
    /// </summary>
    /// <param name="name">The file's name.</param>
    public static bool MayHold(string name) => Extensions.Contains(Path.GetExtension(name));

    /// <summary>Looks at the files of a folder: their lengths and times. Nothing of the weights is read.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="EosException">EOS1001: a file is missing. EOS1007, EOS1008: a damaged index.</exception>
    public static CheckpointFiles Of(string folder) =>
        new(Path.GetFullPath(folder), [.. CheckpointIndex.Read(folder).Files.Prepend("config.json")]);

    /// <summary>Hashes the files, one behind the other. About a second a gigabyte, and one core.</summary>
    /// <returns><c>sha256:</c> and 64 hexadecimal digits.</returns>
    /// <exception cref="EosException">EOS1001: a file is missing or was changed since.</exception>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        foreach (var (name, length, written) in files)
        {
            using var file = Open(name);
            CheckUnchanged();
            // Name and length go in front of the bytes, so that moving bytes from one file to another changes the hash.
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            BinaryPrimitives.WriteInt64LittleEndian(buffer, length);
            hash.AppendData(buffer, 0, sizeof(long));
            for (long offset = 0, count; offset < length; offset += count)
            {
                count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - offset)), offset);
                if (count == 0)
                    throw Changed();
                hash.AppendData(buffer, 0, (int)count);
            }
            CheckUnchanged();

            void CheckUnchanged()
            {
                if (Stamp(file) != (length, written))
                    throw Changed();
            }

            EosException Changed() => new(EosErrors.FileMissing,
                $"'{Path.Combine(folder, name)}' was changed after the model was loaded, so that nobody can tell which weights it has. " +
                "Load it again.");
        }
        return $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    // Nobody is kept from writing or deleting meanwhile: that is noticed.
    private SafeFileHandle Open(string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            return File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{path}' cannot be opened: {e.Message}", e);
        }
    }

    // Of the file itself, where its name is a link.
    private static (long Length, DateTime Written) Stamp(SafeFileHandle file) =>
        (RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));
}
