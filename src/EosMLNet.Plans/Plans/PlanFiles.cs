using System.Text;

namespace EosMLNet.Plans;

/// <summary>
/// A plan on disk: the JSON document and, where the scores have learned parameters, a safetensors file of the same name beside it.
/// </summary>
internal static class PlanFiles
{
    private const long MostBytes = 1 << 24;
    private const string Probe = "probe", RelevanceVisual = "relevance.visual", RelevanceText = "relevance.text";

    public static void Save(ReductionPlan plan, string path)
    {
        PlanRules.Check(plan, $"'{path}'");
        var document = (path, AtomicFile.TextWriter(plan.ToJson()));
        if (plan.Parameters is { } parameters)
            AtomicFile.WriteTogether((ParametersPath(path), SafetensorsFile.Writer(Parts(parameters))), document);
        else
            AtomicFile.WriteTogether(document);
    }

    public static ReductionPlan Load(string path) =>
        PlanJson.Read(ReadText(path), $"'{path}'", _ => LoadParameters(ParametersPath(path)));

    private static IEnumerable<SafetensorsPart> Parts(ScoreParameters parameters)
    {
        if (parameters.Probe is { } probe)
            yield return SafetensorsPart.Of(Probe, probe, probe.Length);
        if (parameters.Relevance is { } relevance)
        {
            yield return SafetensorsPart.Of(RelevanceVisual, relevance.Visual, relevance.Rank, relevance.Visual.Length / relevance.Rank);
            yield return SafetensorsPart.Of(RelevanceText, relevance.Text, relevance.Rank, relevance.Text.Length / relevance.Rank);
        }
    }

    private static string ParametersPath(string path) => Path.ChangeExtension(path, ".safetensors");

    private static string ReadText(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MostBytes)
                throw new EosException(EosErrors.PlanFile, $"'{path}' has {length} bytes; a reduction plan has at most {MostBytes}.");
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path));
        }
        catch (ArgumentException e)
        {
            throw new EosException(EosErrors.PlanFile, $"'{path}' is not a reduction plan: it is not UTF-8 text.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{path}' cannot be read: {e.Message} Expected a reduction plan.", e);
        }
    }

    private static ScoreParameters LoadParameters(string path)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            var known = new[] { Probe, RelevanceVisual, RelevanceText };
            var unknown = file.Entries.Keys.FirstOrDefault(name => !known.Contains(name));
            if (unknown is not null || file.Entries.Count == 0)
                throw new EosException(EosErrors.PlanFile,
                    $"'{path}' has {(unknown is null ? "no tensor" : $"an unknown tensor '{unknown}'")}; expected some of " +
                    $"{string.Join(", ", known)}.");
            var (visual, text) = (Numbers(RelevanceVisual, 2), Numbers(RelevanceText, 2));
            if (visual is null != text is null
                || visual is not null && !file.Entries[RelevanceVisual].Shape.SequenceEqual(file.Entries[RelevanceText].Shape))
                throw new EosException(EosErrors.PlanFile,
                    $"'{path}' has only one of '{RelevanceVisual}' and '{RelevanceText}', or their shapes differ; expected two of the " +
                    "same shape.");
            return new ScoreParameters
            {
                Probe = Numbers(Probe, 1),
                Relevance = visual is null ? null : new TextRelevance((int)file.Entries[RelevanceVisual].Shape[0], visual, text!),
            };

            float[]? Numbers(string name, int dimensions)
            {
                if (!file.Entries.TryGetValue(name, out var entry))
                    return null;
                if (entry.Shape.Count != dimensions)
                    throw new EosException(EosErrors.PlanFile,
                        $"'{path}': '{name}' has {entry.Shape.Count} dimensions, expected {dimensions}.");
                return file.ReadFloats(name);
            }
        }
        catch (EosException e) when (e.Code != EosErrors.PlanFile)
        {
            throw new EosException(EosErrors.PlanFile, $"The learned parameters of the plan cannot be read: {e.Message}", e);
        }
    }
}
