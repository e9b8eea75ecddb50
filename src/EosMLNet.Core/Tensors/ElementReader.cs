using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>
/// Reads elements of safetensors files into tensors on one device. What needs no change goes straight to its place; what is to be converted
/// or brought to a GPU passes through a pair of small buffers, so that no second copy of a tensor is ever in memory. Belongs to one thread.
/// </summary>
internal sealed class ElementReader(Device device) : IDisposable
{
    private const int LargestRead = 1 << 28; // bytes; a tensor's bytes are a span, and one read call takes less than 2 GiB
    // From 32,768 elements on, libtorch shares a conversion out among threads; whoever reads in parallel has threads enough. And it stays
    // in the cache.
    private const int BufferedOnCpu = (1 << 15) - 64; // elements
    private const int BufferedForGpu = 1 << 20;
    private readonly Dictionary<ScalarType, (Tensor Next, Tensor Other)> buffers = [];

    /// <summary>Fills a tensor.</summary>
    /// <param name="file">The file.</param>
    /// <param name="entry">The tensor in the file.</param>
    /// <param name="first">Its element to begin with.</param>
    /// <param name="target">Where the elements go, one-dimensional, contiguous, on this reader's device.</param>
    /// <exception cref="EosException">EOS1002: the file became shorter since it was opened.</exception>
    internal void Read(SafetensorsFile file, SafetensorsEntry entry, long first, Tensor target)
    {
        var direct = device.type == DeviceType.CPU && target.dtype == entry.DataType.Torch();
        var step = direct ? LargestRead / target.element_size() : BufferSize;
        for (long done = 0, count = target.shape[0]; done < count; done += step)
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            var piece = target.narrow(0, done, Math.Min(step, count - done));
            if (direct)
                ReadDirectly(file, entry, first + done, piece);
            else
                ReadBuffered(file, entry, first + done, piece);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Wait();
        foreach (var (next, other) in buffers.Values)
        {
            next.Dispose();
            other.Dispose();
        }
    }

    private int BufferSize => device.type == DeviceType.CPU ? BufferedOnCpu : BufferedForGpu;

    // While one buffer is filled from the file, the other one is on its way to the GPU. There the elements are converted; on the CPU, ".to"
    // gives the buffer itself.
    private void ReadBuffered(SafetensorsFile file, SafetensorsEntry entry, long first, Tensor piece)
    {
        var buffer = NextBuffer(entry.DataType.Torch()).narrow(0, 0, piece.shape[0]);
        ReadDirectly(file, entry, first, buffer);
        Wait();
        piece.copy_(buffer.to(device, non_blocking: true), nonBlocking: true);
    }

    // Fills a contiguous tensor of the stored type on the CPU.
    private static void ReadDirectly(SafetensorsFile file, SafetensorsEntry entry, long first, Tensor target) =>
        file.ReadBytes(entry, first * target.element_size(), target.bytes);

    private Tensor NextBuffer(ScalarType type)
    {
        var (next, other) = buffers.TryGetValue(type, out var pair) ? pair : (MakeBuffer(type), MakeBuffer(type));
        buffers[type] = (other, next);
        return next;
    }

    // A GPU copies by itself only what cannot be swapped out meanwhile.
    private Tensor MakeBuffer(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var buffer = empty(BufferSize, type);
        return (device.type == DeviceType.CUDA ? buffer.pin_memory() : buffer).DetachFromDisposeScope();
    }

    private void Wait()
    {
        if (device.type == DeviceType.CUDA)
            cuda.synchronize(device);
    }
}
