using EosMLNet.LibTorch;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>Writes tensors into safetensors files.</summary>
public static class SafetensorsWriter
{
    private const int LargestWrite = 1 << 28; // bytes

    /// <summary>Writes a file as a whole or not at all, as <see cref="SafetensorsFile.Write"/> does.</summary>
    /// <param name="path">The file; its folder is made when it is missing.</param>
    /// <param name="tensors">Names and tensors of any device and layout.</param>
    /// <param name="metadata">The header's free-form texts; null for <c>format</c> = <c>pt</c>, which transformers asks for.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or one is called <c>__metadata__</c>.</exception>
    /// <exception cref="EosException">EOS1004: an element type that the format lacks. EOS2003: the file cannot be written.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        TorchRuntime.EnsureLoaded();
        SafetensorsFile.Write(path, tensors.Select(t => Part(t.Key, t.Value)), metadata);
    }

    private static SafetensorsPart Part(string name, Tensor tensor) =>
        new(name, SafetensorsTensors.StoredType(tensor.dtype, name), tensor.shape, stream => WriteElements(stream, tensor));

    private static void WriteElements(Stream stream, Tensor tensor)
    {
        if (tensor.numel() == 0)
            return;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var flat = tensor.detach().cpu().contiguous().view(-1);
        var step = LargestWrite / (int)flat.element_size();
        for (long start = 0; start < flat.shape[0]; start += step)
        {
            using var piece = flat.narrow(0, start, Math.Min(step, flat.shape[0] - start));
            stream.Write(piece.bytes);
        }
    }
}
