using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>
/// Work that treats each row by itself, done on some of the rows at a time where all at once would need large temporaries on a CPU.
/// Those leave every cache; and memory of more than 32 MiB goes back to the system after each operation, so that the next one pays for
/// each page again (build/docs/adr/0029).
/// </summary>
internal static class RowChunks
{
    // The largest piece that glibc's allocator keeps for the next operation, and what a chunk may take of it.
    internal static long Large = 32 << 20, Wanted = 8 << 20;
    internal static bool Huge = true;
    private const long Multiple = 32; // of rows, which products are made for

    /// <summary>The same for tokens: the second dimension of inputs, the last but one of results.</summary>
    /// <param name="inputs">(B, T, …) each.</param>
    /// <param name="width">Numbers a token in the widest temporary.</param>
    /// <param name="work">Makes results of inputs. Tokens may come as those of one batch row.</param>
    /// <returns>(B, …, T, n) each, in the caller's scope.</returns>
    internal static Tensor[] OfTokens(Tensor[] inputs, long width, Func<Tensor[], Tensor[]> work)
    {
        var (rows, length) = (inputs[0].shape[0], inputs[0].shape[1]);
        if (!AreMany(rows * length, width, inputs[0]))
            return work(inputs);
        using var scope = NewDisposeScope();
        var results = Of([.. inputs.Select(x => x.flatten(0, 1))], width, chunk =>
            [.. work([.. chunk.Select(x => x.unsqueeze(0))]).Select(x => x.squeeze(0).movedim([x.dim() - 3], [0]))]);      // (n, …)
        return [.. results.Select(x => x.unflatten(0, rows, length).movedim([1], [x.dim() - 1]).MoveToOuterDisposeScope())];
    }

    /// <summary>Along the first dimension of inputs and of results.</summary>
    /// <param name="inputs">(n, …) each; the first one tells type and device.</param>
    /// <param name="width">Numbers a row in the widest temporary, which is taken to be in float32, as norms compute.</param>
    /// <param name="work">Makes results of inputs, and treats each row by itself.</param>
    /// <returns>(n, …) each, in the caller's scope.</returns>
    internal static Tensor[] Of(Tensor[] inputs, long width, Func<Tensor[], Tensor[]> work)
    {
        var rows = inputs[0].shape[0];
        if (!AreMany(rows, width, inputs[0]))
            return work(inputs);
        var most = Math.Max(1, Wanted / (width * sizeof(float)));
        if (most > Multiple)
            most -= most % Multiple;
        Tensor[]? results = null;
        for (long start = 0; start < rows; start += most)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(most, rows - start);
            var part = work([.. inputs.Select(x => x.narrow(0, start, count))]);
            results ??= [.. part.Select(x => Empty([rows, .. x.shape[1..]], x.dtype).MoveToOuterDisposeScope())];
            foreach (var (all, some) in results.Zip(part))
                all.narrow(0, start, count).copy_(some);
        }
        return results!;
    }

    private static Tensor Empty(long[] shape, ScalarType type) =>
        Huge ? HugePages.Empty(shape.Aggregate((a, b) => a * b), type).view(shape) : empty(shape, type);

    private static bool AreMany(long rows, long width, Tensor x) =>
        rows > 1 && rows * width * sizeof(float) > Large && !is_grad_enabled() && x.device_type == TorchSharp.DeviceType.CPU;
}
