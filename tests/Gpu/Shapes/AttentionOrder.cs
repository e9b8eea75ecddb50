using System.Runtime.InteropServices;
using EosMLNet.Runtime;

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
        var found = default(Vector); // std::vector comes through a hidden first argument; its twenty bytes are never given back
        ((delegate* unmanaged<Vector*, nint, Vector*>)order)(&found, torch);
        var kernels = new ReadOnlySpan<int>((void*)found.Begin, (int)((found.End - found.Begin) / sizeof(int))).ToArray();
        if (kernels.Length is 0 or > 8)
            return null;
        var cudnn = ((delegate* unmanaged<nint, byte>)allowed)(torch) != 0;
        return $"{string.Join(", ", kernels.Select(kernel => kernel >= 0 && kernel < Kernels.Length ? Kernels[kernel] : $"{kernel}"))}; cuDNN's is {(cudnn ? "allowed" : "not allowed")}";
    }

    private struct Vector
    {
        public nint Begin, End, Capacity;
    }
}
