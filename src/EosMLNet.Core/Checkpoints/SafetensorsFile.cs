using Microsoft.Win32.SafeHandles;
using EosMLNet.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Checkpoints;

/// <summary>
/// An open safetensors file. Opening it reads and checks the header only; each tensor is then read from the disk straight into torch's
/// memory. May be read from several threads.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(string path, SafeFileHandle file, SafetensorsHeader header) => (Path, _file, _header) = (path, file, header);

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _header.Entries;

    /// <summary>The header's free-form texts, such as <c>format</c> = <c>pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="EosException">EOS1001: it cannot be opened. EOS1002: truncated or malformed header. EOS1003: tensors that overlap,
    /// leave the file
    /// or do not have their shape's size. EOS1004: an element type that is not supported.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = OpenHandle(path);
        try
        {
            return new SafetensorsFile(path, file, SafetensorsHeader.Read(file, path));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="dtype">The element type to convert to, or null for the file's.</param>
    /// <param name="device">Where to put it, or null for the CPU.</param>
    /// <returns>A new tensor, which belongs to the caller.</returns>
    /// <exception cref="EosException">EOS1006: no such tensor. EOS1002: the file became shorter since it was opened.</exception>
    public Tensor Read(string name, ScalarType? dtype = null, Device? device = null)
    {
        TorchRuntime.EnsureLoaded();
        if (!Entries.TryGetValue(name, out var entry))
            throw new EosException(EosErrors.MissingTensor, $"'{Path}' has no tensor '{name}'; it has {Entries.Count} others.");
        using var scope = NewDisposeScope();
        using var reader = new ElementReader(device ?? CPU);
        var tensor = empty([.. entry.Shape], dtype ?? entry.DataType, device ?? CPU);
        reader.Read(this, entry, 0, tensor.view(-1));
        return tensor.MoveToOuterDisposeScope();
    }

    /// <summary>Closes the file. Tensors that were read from it stay valid.</summary>
    public void Dispose() => _file.Dispose();

    internal static SafeFileHandle OpenHandle(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{path}' cannot be opened: {e.Message}", e);
        }
    }

    internal static void ReadFully(SafeFileHandle file, Span<byte> destination, long offset, string path)
    {
        while (destination.Length > 0)
        {
            var count = RandomAccess.Read(file, destination, offset);
            if (count == 0)
                throw new EosException(EosErrors.SafetensorsHeader, $"'{path}' ends at byte {offset}, {destination.Length} bytes early; it is truncated. Fetch it again.");
            destination = destination[count..];
            offset += count;
        }
    }

    /// <summary>
    /// Fills a contiguous tensor of the stored type on the CPU with the elements of an entry from <paramref name="first"/> on.
    /// </summary>
    internal void ReadElements(SafetensorsEntry entry, long first, Tensor destination) =>
        ReadFully(_file, destination.bytes, entry.FileOffset + first * destination.element_size(), Path);
}
