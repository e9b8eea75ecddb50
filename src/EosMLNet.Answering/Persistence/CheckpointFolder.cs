using EosMLNet.Engines;

namespace EosMLNet;

/// <summary>The folder that a transformer's model is loaded from: the user's own, or what was extracted from a zip.</summary>
internal sealed class CheckpointFolder(string path, ScratchFolder? owner = null) : IDisposable
{
    public string Path => path;

    /// <summary>Configuration, weights, tokenizer and preprocessor files, by name; not whatever else lies in the folder.</summary>
    public IReadOnlyList<FileInfo> Files() =>
    [
        .. new DirectoryInfo(path).EnumerateFiles()
            .Where(file => CheckpointFiles.MayHold(file.Name) && ManifestFile.IsPlainName(file.Name))
            .OrderBy(file => file.Name, StringComparer.Ordinal),
    ];

    /// <summary>
    /// Loads the model. Where one is expected, its fingerprint begins to be computed, for <see cref="CheckIs"/>.
    /// </summary>
    /// <param name="request">How it is loaded, from this folder.</param>
    /// <param name="expected">The fingerprint of the expected model; null for any.</param>
    /// <exception cref="EosException">EOS4004: the folder holds other weights, which cannot be loaded. EOS1xxx, EOS2xxx, EOS4002: it holds
    /// the expected ones, or none are expected, but they cannot be loaded, or not under the plan.</exception>
    public AnsweringModel Load(ModelRequest request, string? expected)
    {
        var engine = EngineProvider.Find(request.Engine);
        try
        {
            var model = engine.Load(request);
            if (expected is not null)
                model.Fingerprint.Begin();
            return model;
        }
        catch (EosException) when (expected is not null && !Holds(expected))
        {
            throw Changed(expected);
        }
    }

    /// <summary>Checks that a model that was loaded from the folder is the expected one. It waits for the model's fingerprint.</summary>
    /// <param name="model">The model.</param>
    /// <param name="expected">The fingerprint of the expected model.</param>
    /// <exception cref="EosException">EOS4004: it is another, or the files changed before that could be told.</exception>
    public void CheckIs(AnsweringModel model, string expected)
    {
        if (FingerprintOf(model, expected) != expected)
            throw Changed(expected);
    }

    /// <summary>The fingerprint of a model that was loaded from the folder.</summary>
    /// <param name="model">The model.</param>
    /// <param name="expected">What it is expected to be, for the message; null for anything.</param>
    /// <exception cref="EosException">EOS4004: the files changed before it was computed.</exception>
    public string FingerprintOf(AnsweringModel model, string? expected = null)
    {
        try
        {
            return model.Fingerprint.Get();
        }
        catch (EosException)
        {
            throw Changed(expected); // files are missing, or were changed
        }
    }

    /// <summary>Checks that the folder still holds what was loaded.</summary>
    /// <exception cref="EosException">EOS4004: it holds other weights, or nothing.</exception>
    public void CheckHolds(string fingerprint)
    {
        if (!Holds(fingerprint))
            throw Changed(fingerprint);
    }

    public void Dispose() => owner?.Dispose();

    private bool Holds(string fingerprint)
    {
        try
        {
            return Checkpoint.Fingerprint(path) == fingerprint;
        }
        catch (EosException)
        {
            return false; // files are missing
        }
    }

    private EosException Changed(string? fingerprint) => new(EosErrors.ReferencedWeights,
        $"'{path}' does not hold the weights that the model was made with{(fingerprint is null ? "" : $" ({fingerprint})")}. " +
        "Restore them, or make the model again with the new ones.");
}
