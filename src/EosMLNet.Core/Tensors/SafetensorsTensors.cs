using EosMLNet.LibTorch;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>Tensors of safetensors files and of checkpoints, read straight into torch's memory.</summary>
public static class SafetensorsTensors
{
    /// <summary>Reads one tensor.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">Its name in the file.</param>
    /// <param name="dtype">The element type to convert to, or null for the file's.</param>
    /// <param name="device">Where to put it, or null for the CPU.</param>
    /// <returns>A new tensor, which belongs to the caller.</returns>
    /// <exception cref="EosException">EOS1006: no such tensor. EOS1002: the file became shorter since it was opened.</exception>
    public static Tensor Read(this SafetensorsFile file, string name, ScalarType? dtype = null, Device? device = null)
    {
        TorchRuntime.EnsureLoaded();
        var entry = file.Find(name);
        using var scope = NewDisposeScope();
        using var reader = new ElementReader(device ?? CPU);
        var tensor = empty([.. entry.Shape], dtype ?? entry.DataType.Torch(), device ?? CPU);
        reader.Read(file, entry, 0, tensor.view(-1));
        return tensor.MoveToOuterDisposeScope();
    }

    /// <summary>Reads a weight.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="name">Its published name.</param>
    /// <param name="shape">The shape that the model's configuration asks for.</param>
    /// <param name="dtype">The floating-point type wanted.</param>
    /// <param name="device">Where it is wanted.</param>
    /// <returns>A new tensor, which belongs to the caller.</returns>
    /// <exception cref="EosException">EOS1004: it does not hold floating-point numbers. EOS1005: it has another shape. EOS1006: it is not
    /// there.</exception>
    public static Tensor Read(this Checkpoint checkpoint, string name, long[] shape, ScalarType dtype, Device device)
    {
        TorchRuntime.EnsureLoaded();
        var (file, stored) = checkpoint.Locate(name, shape);
        return file.Read(stored, dtype, device);
    }

    /// <summary>torch's element type of the same name.</summary>
    /// <param name="type">The type in a file.</param>
    public static ScalarType Torch(this SafetensorsType type) => Enum.Parse<ScalarType>(type.ToString());

    /// <exception cref="EosException">EOS1004: files cannot hold the type.</exception>
    internal static SafetensorsType StoredType(ScalarType type, string tensor) =>
        Enum.TryParse<SafetensorsType>(type.ToString(), out var stored)
        ? stored
        : throw new EosException(EosErrors.UnsupportedDataType,
            $"tensor '{tensor}' has type {type}, which safetensors files cannot hold; convert it to one of {SafetensorsTypes.Names}.");
}
