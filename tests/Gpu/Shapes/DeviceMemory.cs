using System.Runtime.InteropServices;
using EosMLNet.LibTorch;

namespace Gpu.Shapes;

/// <summary>Memory of the GPU. TorchSharp offers no counter; CUDA's runtime, which libtorch has loaded, does.</summary>
internal static class DeviceMemory
{
    /// <summary>
    /// Bytes in use on the current GPU, by everybody; <see langword="null"/> without one. libtorch keeps what it has taken for the next tensors, so that what a process has in use
    /// at its end is its peak, unless memory ran out meanwhile.
    /// </summary>
    internal static unsafe long? Used(Bench bench)
    {
        if (!bench.IsGpu || LoadedLibraries.Find("cudart") is not { } library || !NativeLibrary.TryLoad(library, out var handle) || !NativeLibrary.TryGetExport(handle, "cudaMemGetInfo", out var function))
            return null;
        nuint free, total;
        return ((delegate* unmanaged<nuint*, nuint*, int>)function)(&free, &total) == 0 ? (long)(total - free) : null;
    }
}
