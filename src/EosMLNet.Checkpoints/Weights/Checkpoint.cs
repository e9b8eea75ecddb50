namespace EosMLNet.Checkpoints;

/// <summary>
/// The weights of a Hugging Face checkpoint folder, in one file or in shards, by their published names
/// (<c>language_model.model.embed_tokens.weight</c>); the newer names (<c>model.language_model.embed_tokens.weight</c>) are translated.
/// Only the headers are read.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private readonly string _folder;
    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, string Name)> _tensors = [];

    private Checkpoint(string folder) => _folder = folder;

    /// <summary>The names of all tensors, translated to the published ones.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>The floating-point type that most of the weights are stored in.</summary>
    public SafetensorsType StoredType => _tensors.Values
        .Select(t => t.File.Entries[t.Name])
        .Where(e => e.DataType.IsFloatingPoint())
        .GroupBy(e => e.DataType)
        .MaxBy(group => group.Sum(e => (double)e.ByteCount))?.Key ?? SafetensorsType.Float32;

    /// <summary>
    /// Opens <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists, and checks their headers.
    /// </summary>
    /// <exception cref="EosException">EOS1001: no weights there. EOS1002, EOS1003, EOS1004: a damaged file. EOS1007, EOS1008: a damaged
    /// index.</exception>
    public static Checkpoint Open(string folder)
    {
        var (files, fileOfTensor) = CheckpointIndex.Read(folder);
        var checkpoint = new Checkpoint(folder);
        try
        {
            foreach (var name in files)
                checkpoint.Add(SafetensorsFile.Open(Path.Combine(folder, name)), name, fileOfTensor);
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a tensor of this (published) name.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>The shape of a tensor as it is stored.</summary>
    /// <exception cref="EosException">EOS1006: no such tensor.</exception>
    public IReadOnlyList<long> ShapeOf(string name)
    {
        var (file, stored) = Find(name);
        return file.Entries[stored].Shape;
    }

    /// <summary>Identifies a checkpoint: <c>sha256:</c> and the hash of its <c>config.json</c> and weight files, in hexadecimal.</summary>
    /// <exception cref="EosException">EOS1001: a file is missing. EOS1007, EOS1008: a damaged index.</exception>
    public static string Fingerprint(string folder) => CheckpointFiles.Of(folder).Fingerprint();

    /// <summary>Closes the files.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    /// <summary>Finds a weight by its published name: its file and its name there.</summary>
    /// <param name="name">Its published name.</param>
    /// <param name="shape">The shape that the model's configuration asks for.</param>
    /// <exception cref="EosException">EOS1004: it does not hold floating-point numbers. EOS1005: it has another shape. EOS1006: it is not
    /// there.</exception>
    public (SafetensorsFile File, string Name) Locate(string name, long[] shape)
    {
        var (file, stored) = Find(name);
        var entry = file.Entries[stored];
        if (!entry.Shape.SequenceEqual(shape))
            throw new EosException(EosErrors.TensorShape,
                $"'{name}' of '{file.Path}' has the shape [{string.Join(", ", entry.Shape)}], config.json asks for " +
                $"[{string.Join(", ", shape)}]; " +
                $"the two do not belong together.{CheckpointLayout.Explain(Names, name)}");
        if (!entry.DataType.IsFloatingPoint())
            throw new EosException(EosErrors.UnsupportedDataType,
                $"'{name}' of '{file.Path}' holds {entry.DataType} numbers, expected F32, BF16, F16 or F64: the checkpoint is quantised. " +
                $"{Quantization.Remedy}.");
        return (file, stored);
    }

    /// <summary>Says which weights the model does not use, where they are more than the usual ones.</summary>
    /// <param name="used">The published names of those that it uses.</param>
    /// <returns>A sentence, or none where there is none to say.</returns>
    public IReadOnlyList<string> NoteUnused(IReadOnlyCollection<string> used) => [.. UnusedWeights.Note(Names, used, _folder)];

    private void Add(SafetensorsFile file, string fileName, Dictionary<string, string>? fileOfTensor)
    {
        _files.Add(file);
        var names = fileOfTensor is null ? file.Entries.Keys : fileOfTensor.Where(t => t.Value == fileName).Select(t => t.Key);
        foreach (var name in names)
        {
            if (!file.Entries.ContainsKey(name))
                throw new EosException(EosErrors.CheckpointIndex,
                    $"the index of '{_folder}' places '{name}' in '{fileName}', which does not contain it; fetch index and shards again.");
            if (!_tensors.TryAdd(TensorNames.Canonical(name), (file, name)))
                throw new EosException(EosErrors.CheckpointIndex,
                    $"'{_folder}' has '{TensorNames.Canonical(name)}' twice, under its older and its newer name; keep one.");
        }
    }

    private (SafetensorsFile File, string Name) Find(string name) => _tensors.TryGetValue(name, out var found)
        ? found
        : throw new EosException(EosErrors.MissingTensor,
            $"'{_folder}' has no tensor '{name}', which its config.json asks for; it has {_tensors.Count} others." +
            CheckpointLayout.Explain(Names, name));
}
