using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>
/// Work that treats each row by itself, done on some rows at a time where a CPU would need large temporaries for all of them. Large ones
/// leave every cache; and memory of more than 32 MiB goes back to the system after each operation, so that each of its pages is paid for
/// again and again (build/docs/adr/0029). Where a gradient is recorded, and on small inputs, the work is done as it is.
/// </summary>
internal static class RowChunks
{
    private const long Large = 32 << 20; // bytes: the largest piece that glibc's allocator keeps for the next operation
    private const long MostTokens = 256; // products are at their best from about 128 on

    /// <summary>Some hundred tokens at a time, be they of one batch row or of several.</summary>
    /// <param name="inputs">(B, T, …) each. The first one tells type and device.</param>
    /// <param name="width">Numbers a token in the widest temporary.</param>
    /// <param name="work">Makes results of inputs. It may be given all tokens as those of one batch row.</param>
    /// <returns>(B, …, T, n) each, as the work gives them; in the caller's scope.</returns>
    internal static Tensor[] OfTokens(Tensor[] inputs, long width, Func<Tensor[], Tensor[]> work)
    {
        var (rows, length) = (inputs[0].shape[0], inputs[0].shape[1]);
        if (!AreLarge(inputs[0], rows * length * width))
            return work(inputs);
        using var scope = NewDisposeScope();
        var results = Chunks([.. inputs.Select(x => x.flatten(0, 1))], MostTokens, chunk =>
            [.. work([.. chunk.Select(x => x.unsqueeze(0))]).Select(x => x.squeeze(0).movedim([x.dim() - 3], [0]))]);   // (c, …, n)
        return [.. results.Select(x => x.unflatten(0, rows, length).movedim([1], [x.dim() - 1]).MoveToOuterDisposeScope())];
    }

    /// <summary>One batch row at a time.</summary>
    /// <param name="inputs">(B, …) each. The first one tells type and device.</param>
    /// <param name="width">Numbers a batch row in the widest temporary.</param>
    /// <param name="work">Makes results of inputs.</param>
    /// <returns>(B, …) each, as the work gives them; in the caller's scope.</returns>
    internal static Tensor[] OfBatch(Tensor[] inputs, long width, Func<Tensor[], Tensor[]> work) =>
        AreLarge(inputs[0], inputs[0].shape[0] * width) ? Chunks(inputs, 1, work) : work(inputs);

    // Norms and rounding to 8 bits compute in float32, so that a number counts four bytes, whatever the type.
    private static bool AreLarge(Tensor x, long numbers) =>
        numbers * sizeof(float) > Large && !is_grad_enabled() && x.device_type == TorchSharp.DeviceType.CPU;

    // Along the first dimension.
    private static Tensor[] Chunks(Tensor[] inputs, long most, Func<Tensor[], Tensor[]> work)
    {
        var rows = inputs[0].shape[0];
        Tensor[]? results = null;
        for (long start = 0; start < rows; start += most)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(most, rows - start);
            var some = work([.. inputs.Select(x => x.narrow(0, start, count))]);
            results ??= [.. some.Select(x => Room([rows, .. x.shape[1..]], x.dtype).MoveToOuterDisposeScope())];
            for (var i = 0; i < some.Length; i++)
                results[i].narrow(0, start, count).copy_(some[i]);
        }
        return results!;
    }

    private static Tensor Room(long[] shape, ScalarType type) => HugePages.Empty(shape.Aggregate((a, b) => a * b), type).view(shape);
}
