using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace EosMLNet.Plans;

/// <summary>
/// How long prefill takes on a device, by what a plan does: t(visual tokens, text tokens, batch) of a layer, of a site and of the rest,
/// measured on that device. A JSON file keeps it, for every search and plan on models of the same shape.
/// </summary>
public sealed record LatencyTable
{
    /// <summary>The version of the format that this library writes, and the only one that it reads.</summary>
    public const int CurrentVersion = 1;

    private const long MostBytes = 1 << 24;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Strict)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(), // also in applications that switch the default off
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        MaxDepth = 8,
        Converters =
        {
            new JsonStringEnumConverter<LatencySiteKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new JsonStringEnumConverter<ScoreCriterion>(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
        },
    };

    /// <summary>The version of the format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>What it was measured on.</summary>
    public required LatencyTarget Target { get; init; }

    /// <summary>The measurements, one for each pair of text tokens and batch.</summary>
    public required IReadOnlyList<LatencyProfile> Profiles { get; init; }

    /// <summary>
    /// The measurements with so many text tokens and prompts; between two that were measured with fewer and more text tokens, what lies
    /// between them.
    /// </summary>
    /// <param name="textTokens">Text tokens of each prompt.</param>
    /// <param name="batch">Prompts that are run together.</param>
    /// <exception cref="EosException">EOS1013: the table has none, nor any to both sides.</exception>
    public LatencyProfile At(int textTokens = TokenLedger.DefaultTextTokens, int batch = 1)
    {
        var measured = Profiles.Where(profile => profile.Batch == batch).OrderBy(profile => profile.TextTokens).ToArray();
        var (below, above) = (measured.LastOrDefault(profile => profile.TextTokens <= textTokens),
            measured.FirstOrDefault(profile => profile.TextTokens >= textTokens));
        if (below is null || above is null)
        {
            throw new EosException(EosErrors.InvalidOption,
                $"The latency table has no measurement with {textTokens} text tokens and batch {batch}, nor any to both sides; " +
                $"it has {string.Join("; ", Profiles.Select(profile => $"{profile.TextTokens} text tokens, batch {profile.Batch}"))}. " +
                "Use one of those, or measure this one too.");
        }
        return below == above ? below
            : below.Towards(above, (double)(textTokens - below.TextTokens) / (above.TextTokens - below.TextTokens));
    }

    /// <summary>What prefill takes under a plan, from the prompt with its encoded image to the first token, in milliseconds.</summary>
    /// <param name="plan">A plan as a search makes it, for a model of the table's shape.</param>
    /// <param name="textTokens">Text tokens of each prompt.</param>
    /// <param name="batch">Prompts that are run together.</param>
    /// <exception cref="EosException">EOS1013: the table has no such measurement. EOS4002: the plan is for another shape, or has a site
    /// that no search makes.</exception>
    public double Predict(ReductionPlan plan, int textTokens = TokenLedger.DefaultTextTokens, int batch = 1)
    {
        CheckFits(plan.Model);
        var profile = At(textTokens, batch);
        if (plan.Sites.FirstOrDefault(site =>
            !site.IsSearchable || site.Score.Keys.Any(criterion => !profile.Criteria.ContainsKey(criterion))) is { } unknown)
            throw new EosException(EosErrors.PlanMismatch,
                $"{unknown.Place} is of a kind that the latency table was not measured for. Measure the plan itself; the table knows the " +
                "sites that a search makes.");
        return 1000 * profile.Predict(plan);
    }

    /// <summary>Checks that the table was measured on a target.</summary>
    /// <param name="found">The target that is there.</param>
    /// <exception cref="EosException">EOS4002: it was measured on another device, or in another type.</exception>
    public void CheckFits(LatencyTarget found)
    {
        if (found != Target)
            throw Mismatch($"{Target.DataType} on {Target.Device}, vocabulary {Target.Vocabulary}",
                $"{found.DataType} on {found.Device}, vocabulary {found.Vocabulary}");
    }

    /// <summary>Checks that a model is of the shape that was measured.</summary>
    /// <param name="model">The model's numbers.</param>
    /// <exception cref="EosException">EOS4002: it is not.</exception>
    public void CheckFits(PlanModel model)
    {
        if (!Target.HasShapeOf(model))
        {
            throw Mismatch($"{Target.Family}, {Target.Layers} layers of width {Target.HiddenSize}, {Target.VisualTokens} visual tokens",
                $"{model.Family}, {model.Layers} layers of width {model.HiddenSize}, {model.VisualTokens} visual tokens, or one of " +
                "another head or feed-forward size");
        }
    }

    /// <summary>The table with one more measurement, or with a newer one in the place of an older.</summary>
    public LatencyTable With(LatencyProfile profile) => this with
    {
        Profiles = [.. Profiles.Where(other => (other.TextTokens, other.Batch) != (profile.TextTokens, profile.Batch)).Append(profile)
            .OrderBy(each => (each.Batch, each.TextTokens))],
    };

    /// <summary>Reads a table.</summary>
    /// <exception cref="EosException">EOS1001: the file is missing. EOS4007: it is malformed, of another version, or contradicts
    /// itself.</exception>
    public static LatencyTable Load(string path)
    {
        try
        {
            if (new FileInfo(path).Length is > MostBytes and var length)
                throw new EosException(EosErrors.LatencyTable, $"'{path}' has {length} bytes; a latency table has at most {MostBytes}.");
            return FromJson(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)), $"'{path}'");
        }
        catch (ArgumentException e)
        {
            throw new EosException(EosErrors.LatencyTable, $"'{path}' is not a latency table: it is not UTF-8 text.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing,
                $"'{path}' cannot be read: {e.Message} Expected a latency table; `eos search --calibrate` makes one.", e);
        }
    }

    /// <summary>Writes the table as a whole, or leaves the file as it was.</summary>
    /// <exception cref="EosException">EOS2003: the file cannot be written. EOS4007: the table contradicts itself.</exception>
    public void Save(string path)
    {
        LatencyRules.Check(this, $"'{path}'");
        AtomicFile.WriteText(path, ToJson());
    }

    /// <summary>The table as a JSON document.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>Reads a table that is not a file of its own.</summary>
    /// <param name="json">The JSON document.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <exception cref="EosException">EOS4007: it is malformed, of another version, or contradicts itself.</exception>
    public static LatencyTable FromJson(string json, string source = "the latency table")
    {
        try
        {
            var table = JsonSerializer.Deserialize<LatencyTable>(json, Json) ?? throw new JsonException("It is null.");
            LatencyRules.Check(table, source);
            return table;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new EosException(EosErrors.LatencyTable,
                $"{source} is not a latency table of version {CurrentVersion}: {e.Message} `eos search --calibrate` makes one.", e);
        }
    }

    private static EosException Mismatch(string measured, string here) =>
        new(EosErrors.PlanMismatch,
            $"The latency table was measured on another target ({measured}; here: {here}). Measure one here: `eos search --calibrate` " +
            "with a new file.");
}
