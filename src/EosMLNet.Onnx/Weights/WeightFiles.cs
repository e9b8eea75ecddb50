namespace EosMLNet.Onnx.Weights;

/// <summary>The weights of a model: a checkpoint's, or what was converted of them. Only headers are read.</summary>
internal sealed class WeightFiles : IDisposable
{
    /// <summary>The file with converted weights.</summary>
    internal const string ConvertedFile = "eos-weights.safetensors";

    private readonly Checkpoint? checkpoint;
    private readonly SafetensorsFile? converted;

    private WeightFiles(Checkpoint? checkpoint, SafetensorsFile? converted) => (this.checkpoint, this.converted) = (checkpoint, converted);

    /// <summary>A checkpoint's; it stays the caller's.</summary>
    internal static WeightFiles Of(Checkpoint checkpoint) => new(checkpoint, null);

    /// <summary>Converted ones.</summary>
    /// <param name="folder">The folder that they were written to.</param>
    /// <exception cref="EosException">EOS1001 to EOS1004: the file is missing or damaged.</exception>
    internal static WeightFiles OfConverted(string folder) => new(null, SafetensorsFile.Open(Path.Combine(folder, ConvertedFile)));

    /// <summary>A weight as numbers that can be computed with.</summary>
    /// <param name="name">Its published name.</param>
    /// <param name="shape">Its shape.</param>
    /// <exception cref="EosException">EOS1004 to EOS1006: it is not there, or has another shape or type.</exception>
    internal WeightPlace Locate(string name, long[] shape)
    {
        if (checkpoint is not null)
        {
            var (file, stored) = checkpoint.Locate(name, shape);
            return new(file, stored);
        }
        var entry = converted!.Find(name);
        return entry.Shape.SequenceEqual(shape) ? new(converted, name) : throw new EosException(EosErrors.TensorShape,
            $"'{name}' of '{converted.Path}' has the shape [{string.Join(", ", entry.Shape)}], config.json asks for " +
            $"[{string.Join(", ", shape)}]. Export the model again.");
    }

    /// <summary>A linear layer's weight in few bits, and its scales; null where it is kept otherwise.</summary>
    /// <param name="name">Its published name.</param>
    internal (WeightPlace Steps, WeightPlace Scales)? Quantized(string name) =>
        converted?.Entries.ContainsKey(BlockQuantization.StepsOf(name)) == true
            ? (new(converted, BlockQuantization.StepsOf(name)), new(converted, BlockQuantization.ScalesOf(name))) : null;

    /// <summary>A weight's numbers.</summary>
    internal float[] Read(string name, long[] shape)
    {
        var place = Locate(name, shape);
        return place.File.ReadFloats(place.Name);
    }

    /// <inheritdoc/>
    public void Dispose() => converted?.Dispose();
}
