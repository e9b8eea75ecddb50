using System.Text;
using EosMLNet.Checkpoints;
using EosMLNet.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Reduction;

/// <summary>A plan on disk: the JSON document and, where the scores have learned parameters, a safetensors file of the same name beside it.</summary>
internal static class PlanFiles
{
    private const long MostBytes = 1 << 24;
    private const string Probe = "probe";

    public static void Save(ReductionPlan plan, string path)
    {
        PlanRules.Check(plan, $"'{path}'");
        if (plan.Parameters is { } parameters)
        {
            using var scope = NewDisposeScope();
            SafetensorsWriter.Write(ParametersPath(path), [new(Probe, tensor(parameters.Probe))]);
        }
        AtomicFile.WriteText(path, plan.ToJson());
    }

    public static ReductionPlan Load(string path) =>
        PlanJson.Read(ReadText(path), $"'{path}'", _ => LoadParameters(ParametersPath(path)));

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
        TorchRuntime.EnsureLoaded();
        try
        {
            using var scope = NewDisposeScope();
            using var file = SafetensorsFile.Open(path);
            if (!file.Entries.TryGetValue(Probe, out var entry) || entry.Shape.Count != 1)
                throw new EosException(EosErrors.PlanFile, $"'{path}' has no vector '{Probe}', which the plan beside it needs.");
            return new ScoreParameters { Probe = file.Read(Probe, ScalarType.Float32).data<float>().ToArray() };
        }
        catch (EosException e) when (e.Code != EosErrors.PlanFile)
        {
            throw new EosException(EosErrors.PlanFile, $"The learned parameters of the plan cannot be read: {e.Message}", e);
        }
    }
}
