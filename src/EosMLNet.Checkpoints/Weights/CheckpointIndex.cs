namespace EosMLNet.Checkpoints;

/// <summary>The weight files of a checkpoint folder: one, or the shards that an index lists.</summary>
internal static class CheckpointIndex
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    /// <summary>The files' names; with an index, also which file holds which tensor.</summary>
    internal static (IReadOnlyList<string> Files, Dictionary<string, string>? FileOfTensor) Read(string folder)
    {
        if (File.Exists(Path.Combine(folder, Single)))
            return ([Single], null);
        var indexPath = Path.Combine(folder, Index);
        if (!File.Exists(indexPath))
            throw new EosException(EosErrors.FileMissing, $"'{folder}' has neither {Single} nor {Index}; {Instead(folder)}.");

        var map = JsonSection.Read(indexPath).Section("weight_map");
        var fileOfTensor = map.Names.ToDictionary(name => name, name => Checked(folder, map.Text(name), name));
        if (fileOfTensor.Count == 0)
            throw new EosException(EosErrors.CheckpointIndex,
                $"'{indexPath}' has no weight_map, or an empty one; expected tensor names and the file of each.");
        return ([.. fileOfTensor.Values.Distinct().Order(StringComparer.Ordinal)], fileOfTensor);
    }

    // Weights of other forms that folders have instead.
    private static string Instead(string folder)
    {
        if (File.Exists(Path.Combine(folder, "adapter_model.safetensors")) || File.Exists(Path.Combine(folder, "adapter_model.bin")))
            return "it has an adapter (LoRA): merge it into its model first, with merge_and_unload() of the Python package peft, then " +
                "save_pretrained";
        if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "pytorch_model*.bin").Any())
            return "it has pytorch_model.bin: save the model as safetensors, with save_pretrained(safe_serialization=True) of transformers";
        if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.gguf").Any())
            return "it has a .gguf file, which is not read: name a checkpoint folder in Hugging Face layout";
        return "name a checkpoint folder in Hugging Face layout";
    }

    // A shard is a plain file name: an index from outside must not make us read files elsewhere.
    private static string Checked(string folder, string? file, string tensor)
    {
        if (file is null || file != Path.GetFileName(file) || file.Contains('\\')
            || !file.EndsWith(".safetensors", StringComparison.Ordinal))
            throw new EosException(EosErrors.CheckpointIndex,
                $"{Index} of '{folder}' places '{tensor}' in '{file}', expected the name of a .safetensors file in the same folder.");
        if (!File.Exists(Path.Combine(folder, file)))
            throw new EosException(EosErrors.CheckpointIndex,
                $"{Index} of '{folder}' places '{tensor}' in '{file}', which does not exist; fetch the missing shard.");
        return file;
    }
}
