namespace EosMLNet.Tool.Inspect;

/// <summary>A checkpoint folder, read without its weights.</summary>
internal sealed record CheckpointSummary(
    ModelConfig Config, string StoredType, long Parameters, bool HasTokenizer, string Fingerprint, IReadOnlyList<string> Notes)
{
    /// <exception cref="EosException">EOS1xxx: a file is missing, malformed or not supported, or a weight that config.json asks for is not
    /// there.</exception>
    internal static CheckpointSummary Read(string folder)
    {
        var notes = new List<string>();
        var config = ModelConfig.Load(folder, notes);
        using var checkpoint = Checkpoint.Open(folder);
        var processor = VisionLanguageProcessor.Exists(folder) ? VisionLanguageProcessor.Load(folder, config) : null;
        notes.AddRange(processor?.Notes ?? []);
        notes.AddRange(config.CheckWeights(checkpoint));
        var parameters = checkpoint.Names.Sum(name => checkpoint.ShapeOf(name).Aggregate(1L, (product, size) => product * size));
        return new CheckpointSummary(config, checkpoint.StoredType.ToString(), parameters, processor is not null,
            Checkpoint.Fingerprint(folder), notes);
    }
}
