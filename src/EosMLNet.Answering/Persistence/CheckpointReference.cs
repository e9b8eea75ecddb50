namespace EosMLNet;

/// <summary>Where the checkpoint of a saved model was that is too large for the zip.</summary>
/// <param name="Path">The folder's full path at that time.</param>
/// <param name="RelativePath">The path from the zip's folder to it, with forward slashes; null where the zip went to something that is no
/// file.</param>
internal sealed record CheckpointReference(string Path, string? RelativePath = null)
{
    /// <summary>Names the folder where this machine has the checkpoint; it goes before what the zip says.</summary>
    public const string Variable = "EOS_MODEL_PATH";

    public static CheckpointReference To(string folder, string? zipFolder)
    {
        var full = System.IO.Path.GetFullPath(folder);
        return new CheckpointReference(full, zipFolder is null ? null : System.IO.Path.GetRelativePath(zipFolder, full).Replace('\\', '/'));
    }

    /// <summary>The folder, wherever it is now.</summary>
    /// <param name="zipFolder">The folder of the zip that is loaded, if it is a file.</param>
    /// <exception cref="EosException">EOS4004: it is in none of the places.</exception>
    public string Find(string? zipFolder)
    {
        string?[] places =
        [
            Environment.GetEnvironmentVariable(Variable),
            zipFolder is null || RelativePath is null ? null : System.IO.Path.Combine(zipFolder, RelativePath),
            Path,
        ];
        string[] candidates = [.. places.OfType<string>().Where(place => place.Length > 0)];
        return candidates.FirstOrDefault(Directory.Exists)
            ?? throw new EosException(EosErrors.ReferencedWeights,
                "The model's weights are not in the zip, and the folder that it refers to is not there. Looked in: " +
                $"{string.Join(", ", candidates)}. " +
                $"Put the model's folder in one of these places, or set {Variable} to where it is.");
    }
}
