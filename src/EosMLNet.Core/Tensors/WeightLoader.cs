using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>
/// Loads many weights of a checkpoint at once: first they are asked for, then all of them are read by several threads, then they are taken.
/// They lie in one block of memory in the order of the files; a piece of that block is filled at a time, whichever weights and shards it
/// belongs to (build/docs/adr/0017). Weights that are kept in another form are read one by one, so that hardly more than that form is in
/// memory (build/docs/adr/0029).
/// </summary>
internal sealed class WeightLoader(Checkpoint checkpoint, ScalarType dtype, Device device) : IDisposable
{
    private const int Alignment = 512; // bytes between the beginnings of two weights
    private const int PieceSize = 4 << 20; // bytes
    private const int MostThreads = 8; // a few fill a memory bus
    private const int RowsAtOnce = 16 << 20; // elements of rows that are brought to 8 bits together
    /// <summary>What is added to a weight's name for the scales of its rows, where it is kept in int8.</summary>
    internal const string ScaleSuffix = "_scale";

    private readonly Dictionary<string, Source> asked = [];
    private readonly Dictionary<string, Tensor> weights = [];

    private sealed record Source(SafetensorsFile File, SafetensorsEntry Entry, long[] Shape, WeightForm Form)
    {
        internal long Count { get; } = Shape.Aggregate(1L, (product, n) => product * n);
    }

    // Some elements of a weight, and where in the block they go.
    private readonly record struct Slice(Source From, long First, long Place, long Count);

    /// <summary>Asks for a weight. One in int8 has its scales, float32, (out), under its name and <see cref="ScaleSuffix"/>.</summary>
    /// <exception cref="EosException">EOS1004, EOS1005, EOS1006: as <see cref="Checkpoint.Locate"/>.</exception>
    internal void Ask(string name, long[] shape, WeightForm form = WeightForm.Dense)
    {
        var (file, stored) = checkpoint.Locate(name, shape);
        asked[name] = new Source(file, file.Entries[stored], shape, form);
    }

    /// <summary>Reads all weights that were asked for.</summary>
    /// <exception cref="EosException">EOS1002: a file became shorter since it was opened. EOS2009: a weight has no form in 8
    /// bits.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the memory is free again.</exception>
    internal void Read(CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var elementSize = empty(0, dtype).element_size();
        var (places, length) = LayOut(Alignment / elementSize);
        var block = device.type == DeviceType.CPU ? HugePages.Empty(length, dtype) : empty(length, dtype, device);
        Fill(block, CutIntoPieces(places, length, PieceSize / elementSize), cancellation);
        foreach (var (name, source, place) in places)
            weights[name] = block.narrow(0, place, source.Count).view(source.Shape).DetachFromDisposeScope();
        foreach (var (name, source) in asked.Where(weight => weight.Value.Form != WeightForm.Dense))
        {
            using var each = NewDisposeScope();
            if (source.Form == WeightForm.Int8)
            {
                (weights[name], weights[name + ScaleSuffix]) = Quantize(name, source, cancellation);
                continue;
            }
            var rows = Rows(source, 0, source.Shape[0], dtype, cancellation);
            weights[name] = (OneDnn.TryPack(rows) ?? rows).DetachFromDisposeScope();
        }
    }

    // Sums cannot overflow, and each step is a number. More need not be asked: inputs have steps of their own, by what comes.
    private (Tensor Weight, Tensor Scales) Quantize(string name, Source source, CancellationToken cancellation)
    {
        var (rows, width) = (source.Shape[0], source.Shape[1]);
        if (width > Int8Steps.WidestLayer)
            throw NotInInt8(name, $"has {width} inputs, whose sums may overflow 32 bits; expected {Int8Steps.WidestLayer} at most");
        var (weight, scales) = (empty([rows, width], ScalarType.Int8), empty(rows));
        var step = Math.Max(1, RowsAtOnce / width);
        for (long first = 0; first < rows; first += step)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(step, rows - first);
            var numbers = Rows(source, first, count, ScalarType.Float32, cancellation);              // (r, in)
            var scale = Int8Steps.SizesOf(numbers);                                                  // (r, 1)
            if (!scale.isfinite().all().item<bool>())
                throw NotInInt8(name, "has a number that is not finite, beside which a row has no steps; expected finite weights");
            weight.narrow(0, first, count).copy_(numbers.div_(scale).round_());
            scales.narrow(0, first, count).copy_(scale.squeeze(1));
        }
        return (OneDnn.PackQuantized(weight).DetachFromDisposeScope(), scales.DetachFromDisposeScope());
    }

    private static EosException NotInInt8(string name, string fault) =>
        new(EosErrors.DataType, $"The weight '{name}' cannot be kept in 8 bits: it {fault}. Use data type auto.");

    // Some rows of a weight, (count, in), read by all threads.
    private Tensor Rows(Source source, long first, long count, ScalarType type, CancellationToken cancellation)
    {
        var width = source.Count / source.Shape[0];
        var rows = empty(count * width, type);
        var pieces = PiecesOf(source, first * width, count * width, PieceSize / rows.element_size());
        Fill(rows, [.. pieces.Select(slice => new List<Slice> { slice })], cancellation);
        return rows.view(count, width);
    }

    private static IEnumerable<Slice> PiecesOf(Source source, long first, long count, long size)
    {
        for (long done = 0; done < count; done += size)
            yield return new Slice(source, first + done, done, Math.Min(size, count - done));
    }

    /// <summary>Hands over a weight that was read; it belongs to the caller.</summary>
    internal Tensor Take(string name, long[] shape) =>
        weights.Remove(name, out var weight) && shape.SequenceEqual(asked.TryGetValue(name, out var source) ? source.Shape : weight.shape)
        ? weight
        : throw new InvalidOperationException($"'{name}' of shape [{string.Join(", ", shape)}] was not asked for.");

    /// <summary>Frees the weights that nobody took.</summary>
    public void Dispose()
    {
        foreach (var weight in weights.Values)
            weight.Dispose();
        weights.Clear();
    }

    private (List<(string Name, Source Source, long Place)> Places, long Length) LayOut(long alignment)
    {
        var places = new List<(string, Source, long)>(asked.Count);
        long length = 0;
        var dense = asked.Where(weight => weight.Value.Form == WeightForm.Dense);
        foreach (var (name, source) in dense.OrderBy(a => a.Value.File.Path, StringComparer.Ordinal).ThenBy(a => a.Value.Entry.FileOffset))
        {
            places.Add((name, source, length));
            length += (source.Count + alignment - 1) / alignment * alignment;
        }
        return (places, length);
    }

    private static List<Slice>[] CutIntoPieces(List<(string Name, Source Source, long Place)> places, long length, long size)
    {
        var pieces = new List<Slice>[(length + size - 1) / size];
        for (var piece = 0; piece < pieces.Length; piece++)
            pieces[piece] = [];
        foreach (var (_, source, place) in places)
        {
            for (long first = 0, count; first < source.Count; first += count)
            {
                var (piece, inPiece) = Math.DivRem(place + first, size);
                count = Math.Min(source.Count - first, size - inPiece);
                pieces[piece].Add(new Slice(source, first, place + first, count));
            }
        }
        return pieces;
    }

    // Each thread takes the next piece until there are none, or until another thread has failed.
    private void Fill(Tensor block, List<Slice>[] pieces, CancellationToken cancellation)
    {
        var taken = -1;
        ExceptionDispatchInfo? failure = null;
        var threads = Math.Min(pieces.Length, Math.Min(Environment.ProcessorCount, MostThreads));
        Parallel.For(0, threads, _ =>
        {
            try
            {
                using var reader = new ElementReader(device);
                for (int piece; failure is null && (piece = Interlocked.Increment(ref taken)) < pieces.Length;)
                {
                    cancellation.ThrowIfCancellationRequested();
                    foreach (var slice in pieces[piece])
                        Fill(block, slice, reader);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }
        });
        failure?.Throw();
    }

    private static void Fill(Tensor block, Slice slice, ElementReader reader)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        reader.Read(slice.From.File, slice.From.Entry, slice.First, block.narrow(0, slice.Place, slice.Count));
    }
}
