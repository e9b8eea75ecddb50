using EosMLNet.LibTorch;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Doctor;

/// <summary>All that <c>eos doctor</c> found.</summary>
/// <param name="Runtime">.NET, the system and torch.</param>
/// <param name="Machine">The machine.</param>
/// <param name="OnnxRuntime">ONNX Runtime.</param>
/// <param name="Folders">Where files are written.</param>
/// <param name="Variables">The variables of EosMLNet that are set.</param>
internal sealed record DoctorReport(
    RuntimeFacts Runtime, MachineFacts Machine, OnnxRuntimeFacts OnnxRuntime, IReadOnlyList<FolderFacts> Folders,
    IReadOnlyDictionary<string, string> Variables)
{
    internal static DoctorReport Of(RuntimeFacts runtime) =>
        new(runtime, MachineFacts.Read(), OnnxRuntimeFacts.Read(), FolderFacts.All(), EosVariables.Set());

    /// <summary>EosMLNet's version.</summary>
    internal static string Version { get; } = typeof(RuntimeFacts).Assembly.GetName().Version!.ToString(3);

    /// <summary>What is wrong, or could be better.</summary>
    internal IReadOnlyList<EnvironmentProblem> Problems =>
    [
        .. Runtime.Problems,
        .. Folders.Where(folder => folder.IsNarrow).DistinctBy(folder => folder.FreeBytes).Select(folder => new EnvironmentProblem(
            EosErrors.CannotWrite,
            $"'{folder.Path}' has {DoctorLines.Size(folder.FreeBytes)} left. A model with its weights, or a checkpoint of a search, may " +
            "not fit. Make room, or name another folder: TMPDIR for temporary files, EOS_CACHE_DIR for the cache of builds.",
            IsError: false)),
        .. Variables.Keys.Except(EosVariables.Known).Select(name => new EnvironmentProblem(EosErrors.InvalidOption,
            $"The variable {name} is set, but has no effect.{Spelling.Suggestion(name, EosVariables.Known)} Variables are " +
            $"{string.Join(", ", EosVariables.Known)}.", IsError: false)),
        .. Variables.TryGetValue("EOS_MODEL_PATH", out var model) && model.Length > 0 && !Directory.Exists(model)
            ? new[]
            {
                new EnvironmentProblem(EosErrors.ReferencedWeights,
                    $"EOS_MODEL_PATH names '{model}', which is no folder. Name the folder of the model, or take the variable away.",
                    IsError: false),
            }
            : [],
    ];

    /// <summary>What <c>--json</c> writes: the facts of the runtime as they always were, and the others beside them.</summary>
    internal object ToJson()
    {
        var all = JsonResult.Node(Runtime with { Problems = Problems });
        var others = JsonResult.Node(new
        {
            Version,
            Machine,
            OnnxRuntime,
            Locale = TerminalLocale.Set?.Value,
            Encoding = System.Console.OutputEncoding.WebName,
            Folders,
            Variables,
        });
        foreach (var (name, value) in others)
            all[name] = value?.DeepClone();
        return all;
    }
}
