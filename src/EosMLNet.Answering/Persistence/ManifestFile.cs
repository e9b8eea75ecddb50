namespace EosMLNet;

/// <summary>One file of a saved model.</summary>
/// <param name="Name">Its name in the zip, for example <c>Plan.json</c> or <c>Checkpoint/config.json</c>.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, in lower-case hexadecimal.</param>
internal sealed record ManifestFile(string Name, long Length, string Sha256)
{
    public const string Plan = "Plan.json";
    public const string PlanParameters = "Plan.safetensors";
    public const string Report = "Report.json";
    public const string CheckpointFolder = "Checkpoint";

    private const long LargestReport = 16 << 20; // bytes: a step's loss takes some twenty

    public bool IsCheckpoint => Name.StartsWith(CheckpointFolder + "/", StringComparison.Ordinal);

    /// <summary>Refuses every name that could lead out of the folder that the files are extracted to.</summary>
    /// <exception cref="EosException">EOS4003: not a name or a size that this library writes.</exception>
    public void Check()
    {
        var isOurs = Name is Plan or PlanParameters or Report || (IsCheckpoint && IsPlainName(Name[(CheckpointFolder.Length + 1)..]));
        if (!isOurs || Length < 0 || Name == Report && Length > LargestReport || Sha256.Length != 64)
            throw new EosException(EosErrors.ModelArtifact,
                $"The model's manifest lists a file '{Name}' of {Length} bytes, which is not one that EosMLNet writes.");
    }

    /// <summary>Letters, digits and <c>._-</c>, not starting with a dot: the same file on every file system, and never a path.</summary>
    public static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 128 && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            && !name.Contains("..", StringComparison.Ordinal);
}
