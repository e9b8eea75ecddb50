using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace EosMLNet.Onnx;

/// <summary>What an exported model says of itself: <c>eos-onnx.json</c> beside its graphs.</summary>
public sealed record OnnxManifest
{
    /// <summary>The newest version of the format that this library reads.</summary>
    public const int CurrentVersion = 1;

    internal const string FileName = "eos-onnx.json", PlanFile = "eos-plan.json";

    private const long MostBytes = 1 << 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(), // also in applications that switch the default off
        WriteIndented = true, NewLine = "\n", UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, MaxDepth = 8,
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The version of the format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Which program the folder is for.</summary>
    /// <value>The default is <see cref="OnnxLayout.Eos"/>.</value>
    public OnnxLayout Layout { get; init; }

    /// <summary>The family of the model.</summary>
    public required string Family { get; init; }

    /// <summary>Identifies the weights, as <c>sha256:…</c>.</summary>
    public required string Model { get; init; }

    /// <summary>The hash of the plan's document, as <c>sha256:…</c>; both graphs have it in their metadata.</summary>
    public required string Plan { get; init; }

    /// <summary>The version of ONNX's operators that the graphs are written in.</summary>
    public int Opset { get; init; } = Onnx.Graphs.Graph.Opset;

    /// <summary>What the weights are kept in.</summary>
    public OnnxWeights Weights { get; init; }

    /// <summary>The file with converted weights; null where they are the checkpoint's own.</summary>
    public OnnxGraphFile? WeightsFile { get; init; }

    /// <summary>What the converted weights were found to cost; null where that was not measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WeightsAccuracy? Accuracy { get; init; }

    /// <summary>The graphs: the vision encoder's, and the decoder's.</summary>
    public required IReadOnlyList<OnnxGraphFile> Graphs { get; init; }

    /// <summary>Reads the manifest of an exported model.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="EosException">EOS1001: there is none. EOS4009: it is damaged, or of a newer version.</exception>
    public static OnnxManifest Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            if (!File.Exists(path))
            {
                throw new EosException(EosErrors.FileMissing,
                    $"'{path}' does not exist. Export the model: eos export --model DIR --output DIR.");
            }
            if (new FileInfo(path).Length is var length && length > MostBytes)
                throw Damaged(path, $"has {length} bytes, at most {MostBytes} are expected");
            var manifest = JsonSerializer.Deserialize<OnnxManifest>(File.ReadAllBytes(path), Json) ?? throw Damaged(path, "holds null");
            return manifest.Checked(path);
        }
        catch (JsonException e)
        {
            throw Damaged(path, $"is malformed: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The same, of a folder that is for a certain program.</summary>
    /// <exception cref="EosException">EOS1001: there is none. EOS4009: it is damaged, of a newer version, or for the other
    /// program.</exception>
    internal static OnnxManifest Load(string folder, OnnxLayout layout)
    {
        var manifest = Load(folder);
        return manifest.Layout == layout ? manifest : throw new EosException(EosErrors.OnnxGraph,
            $"'{folder}' was exported in the layout {NameOf(manifest.Layout)}, expected {NameOf(layout)}. " +
            $"Export the model once more, with the option --layout {NameOf(layout)}.");
    }

    /// <summary>Reads the plan that lies beside it.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="EosException">EOS1001: there is none. EOS4009: it is not the one that the graphs were written for.</exception>
    internal ReductionPlan LoadPlan(string folder)
    {
        var path = Path.Combine(folder, PlanFile);
        var plan = ReductionPlan.Load(path);
        return GraphMetadata.HashOf(plan) == Plan ? plan : throw Damaged(path, "is not the plan that the graphs were written for");
    }

    /// <summary>The file of the vision encoder's graph.</summary>
    internal OnnxGraphFile Vision => Graphs[0];

    /// <summary>The file of the decoder's graph.</summary>
    internal OnnxGraphFile Decoder => Graphs[1];

    /// <summary>What the files of graphs are called.</summary>
    internal static (string Vision, string Decoder) FilesOf(OnnxLayout layout) =>
        layout == OnnxLayout.Eos ? ("eos-vision.onnx", "eos-decoder.onnx") : ("vision.onnx", "model.onnx");

    /// <summary>Reads a graph and checks that it is the one that was exported.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="wanted">The graph.</param>
    /// <exception cref="EosException">EOS1001: it is missing. EOS4009: it was changed.</exception>
    internal static byte[] Read(string folder, OnnxGraphFile wanted)
    {
        var path = Path.Combine(folder, wanted.Name);
        try
        {
            if (new FileInfo(path).Length != wanted.Bytes)
                throw Damaged(path, $"does not have the {wanted.Bytes} bytes that {FileName} names");
            var bytes = File.ReadAllBytes(path);
            return HashOf(bytes) == wanted.Sha256 ? bytes : throw Damaged(path, $"is not the graph whose hash {FileName} has");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A file of a folder, with its hash.</summary>
    internal static OnnxGraphFile Describe(string folder, string name)
    {
        using var stream = File.OpenRead(Path.Combine(folder, name));
        return new(name, Convert.ToHexStringLower(SHA256.HashData(stream)), stream.Length);
    }

    /// <summary>
    /// The identity of the model whose weights were converted: the checkpoint's, where the file is the one that was written.
    /// </summary>
    internal ModelFingerprint ConvertedIdentity(string folder) => new(() => Describe(folder, WeightsFile!.Name) == WeightsFile
        ? Model : throw Damaged(Path.Combine(folder, WeightsFile.Name), $"is not the file whose hash {FileName} has"));

    /// <summary>Writes it.</summary>
    internal void Save(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>Whether a file of this name is of an export, not of a checkpoint.</summary>
    internal static bool IsOfExport(string name) => name.StartsWith("eos-", StringComparison.Ordinal) || name == GenAiConfig.FileName;

    internal static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>The fault of a file of an export.</summary>
    internal static EosException Damaged(string path, string what) =>
        new(EosErrors.OnnxGraph, $"'{path}' {what}. Export the model again, or fetch it anew.");

    private OnnxManifest Checked(string path)
    {
        if (Version is < 1 or > CurrentVersion)
            throw Damaged(path, $"has version {Version}, this EosMLNet reads up to {CurrentVersion}");
        if (Weights != OnnxWeights.Stored != (WeightsFile?.Name == Onnx.Weights.WeightFiles.ConvertedFile))
            throw Damaged(path, $"names weights in {Weights} and the file '{WeightsFile?.Name}', which do not belong together");
        if (Graphs.Contains(null!)) // annotations say nothing of what a list from a file may hold
            throw Damaged(path, "lists null as a graph");
        var (vision, decoder) = FilesOf(Layout);
        if (!Graphs.Select(graph => graph.Name).SequenceEqual([vision, decoder]))
        {
            throw Damaged(path,
                $"lists the graphs {string.Join(", ", Graphs.Select(graph => graph.Name))}; expected {vision} and {decoder}");
        }
        return this;
    }

    private static string NameOf(OnnxLayout layout) => layout.ToString().ToLowerInvariant();
}
