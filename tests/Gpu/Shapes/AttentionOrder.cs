using System.Runtime.InteropServices;
using EosMLNet.LibTorch;

namespace Gpu.Shapes;

/// <summary>The order in which libtorch tries its attention kernels. TorchSharp does not offer it; libtorch exports it, and a version that does not is one that does not tell.</summary>
internal static class AttentionOrder
{
    private static readonly string[] Kernels = ["math", "flash", "memory-efficient", "cuDNN", "overrideable"];

    /// <summary>Its kernels, the first one first, and whether cuDNN's is allowed.</summary>
    internal static unsafe string? Read()
    {
        if (!OperatingSystem.IsLinux() || LoadedLibraries.Find("torch_cpu") is not { } library || !NativeLibrary.TryLoad(library, out var handle)
            || !NativeLibrary.TryGetExport(handle, "_ZN2at13globalContextEv", out var context) || !NativeLibrary.TryGetExport(handle, "_ZN2at7Context16sDPPriorityOrderEv", out var order)
            || !NativeLibrary.TryGetExport(handle, "_ZNK2at7Context19userEnabledCuDNNSDPEv", out var allowed))
            return null;
        var torch = ((delegate* unmanaged<nint>)context)();
        // A std::array of five numbers comes through a hidden first argument. Something else, of another version, is no five different small numbers.
        var found = stackalloc int[16];
        ((delegate* unmanaged<int*, nint, int*>)order)(found, torch);
        var kernels = new ReadOnlySpan<int>(found, Kernels.Length).ToArray();
        if (!kernels.Order().SequenceEqual(Enumerable.Range(0, Kernels.Length)))
            return null;
        var cudnn = ((delegate* unmanaged<nint, byte>)allowed)(torch) != 0;
        return $"{string.Join(", ", kernels.Select(kernel => Kernels[kernel]))}; cuDNN's is {(cudnn ? "allowed" : "not allowed")}";
    }
}
