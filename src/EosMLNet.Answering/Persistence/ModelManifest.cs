using System.Text.Json;
using System.Text.Json.Serialization;

namespace EosMLNet;

/// <summary>
/// What a saved model consists of: <c>Manifest.json</c> in the zip, beside the files that it lists. Treated as hostile until
/// <see cref="Parse"/> has checked it.
/// </summary>
internal sealed record ModelManifest
{
    /// <summary>The version of the format that this library writes, and the newest that it reads.</summary>
    public const int CurrentVersion = 1;

    public const int LargestManifest = 1 << 20; // bytes

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
        MaxDepth = 8,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public required int Version { get; init; }

    /// <summary>The model's weights and configuration, as <c>sha256:…</c>.</summary>
    public required string Fingerprint { get; init; }

    public required AnswerSettings Settings { get; init; }

    /// <summary>The files in the zip: the plan, and the checkpoint's where the model is embedded.</summary>
    public required IReadOnlyList<ManifestFile> Files { get; init; }

    /// <summary>Where the checkpoint is, when it is not embedded.</summary>
    public CheckpointReference? Checkpoint { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="EosException">EOS4003: malformed, of a newer version, or a value is out of its range.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            // The version first: a newer manifest may well not parse as this one, and must say so.
            var version = Read<VersionOnly>(bytes).Version;
            if (version > CurrentVersion)
                throw new EosException(EosErrors.ModelArtifact,
                    $"The model was saved in format version {version}, this EosMLNet reads up to {CurrentVersion}. Update EosMLNet, or " +
                    "save the model with this version.");
            return Read<ModelManifest>(bytes).Checked();
        }
        catch (JsonException e)
        {
            throw new EosException(EosErrors.ModelArtifact,
                $"The model's manifest is malformed: {e.Message} Save the model again, or fetch it anew.", e);
        }
    }

    private static T Read<T>(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize<T>(bytes, Json) ?? throw new JsonException("It is null.");

    private ModelManifest Checked()
    {
        if (Version < 1)
            throw new EosException(EosErrors.ModelArtifact, $"The model's manifest has version {Version}; expected 1 to {CurrentVersion}.");
        Settings.Checked(EosErrors.ModelArtifact);
        if (Files.Contains(null!)) // annotations say nothing of what a list from a file may hold
            throw new EosException(EosErrors.ModelArtifact, "The model's manifest lists null as a file.");
        foreach (var file in Files)
            file.Check();
        if (Files.GroupBy(file => file.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new EosException(EosErrors.ModelArtifact, $"The model's manifest lists '{twice.Key}' twice.");
        if (Files.All(file => file.Name != ManifestFile.Plan))
            throw new EosException(EosErrors.ModelArtifact, $"The model's manifest lists no '{ManifestFile.Plan}'.");
        if (Checkpoint is null && !Files.Any(file => file.IsCheckpoint))
            throw new EosException(EosErrors.ModelArtifact,
                "The model's manifest neither lists the checkpoint's files nor says where they are.");
        return this;
    }

    private sealed record VersionOnly(int Version);
}
