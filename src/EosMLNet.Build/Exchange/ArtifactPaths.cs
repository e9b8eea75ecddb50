namespace EosMLNet.Build.Exchange;

/// <summary>
/// The files that one model's build makes, all beside the artifact and named after it. The artifact is a zip, <c>vqa.zip</c>, or a folder:
/// <c>vqa.onnx</c> stands for the folder <c>vqa</c>. Compiled into the task and into the worker.
/// </summary>
internal static class ArtifactPaths
{
    /// <summary>How the name of an output ends.</summary>
    internal const string Zip = ".zip", Onnx = ".onnx";

    private const string Manifest = "eos-onnx.json";

    // What an export writes beside the checkpoint's files.
    private static readonly string[] Written = [Manifest, "eos-vision.onnx", "eos-decoder.onnx", "eos-plan.json", "eos-plan.safetensors",
        "eos-weights.safetensors", ProvenanceFile];

    /// <summary>Where a folder comes from; a zip has it inside.</summary>
    internal const string ProvenanceFile = "eos-provenance.json";

    /// <summary>Whether the artifact is a folder.</summary>
    internal static bool IsFolder(string output) => Path.GetExtension(output) == Onnx;

    /// <summary>The folder.</summary>
    internal static string Folder(string output) => Path.ChangeExtension(output, null);

    /// <summary>The artifact itself: the zip or the folder.</summary>
    internal static string Artifact(string output) => IsFolder(output) ? Folder(output) : output;

    /// <summary>
    /// The zip, or the files that are in the folder now; <c>vqa.plan.json</c>, <c>vqa.plan.safetensors</c> (where the plan has learned
    /// parameters) and <c>vqa.summary.json</c>.
    /// </summary>
    internal static IReadOnlyList<string> All(string output) => [.. Files(output), .. Beside(output)];

    /// <summary>What lies beside the artifact.</summary>
    internal static IReadOnlyList<string> Beside(string output) => [Plan(output), Parameters(output), Summary(output)];

    /// <summary>Those that every build makes: all but the learned parameters, and of a folder its manifest.</summary>
    internal static IReadOnlyList<string> Always(string output) =>
        [IsFolder(output) ? ManifestOf(output) : output, Plan(output), Summary(output)];

    /// <summary>All that a build may make of a model, also what is not there yet.</summary>
    /// <param name="output">The artifact.</param>
    /// <param name="modelFolder">The model, files of which are copied into a folder.</param>
    internal static IReadOnlyList<string> Possible(string output, string modelFolder)
    {
        if (!IsFolder(output))
            return All(output);
        var copied = Directory.Exists(modelFolder) ? BuildStamp.ModelFiles(modelFolder).Select(file => Path.GetFileName(file)) : [];
        return [.. All(output).Concat(Written.Concat(copied).Select(name => Path.Combine(Folder(output), name))).Distinct()];
    }

    /// <summary>The file without which a folder is no export.</summary>
    internal static string ManifestOf(string output) => Path.Combine(Folder(output), Manifest);

    internal static string Plan(string output) => Path.ChangeExtension(output, ".plan.json");
    internal static string Parameters(string output) => Path.ChangeExtension(output, ".plan.safetensors");
    internal static string Summary(string output) => Path.ChangeExtension(output, ".summary.json");

    /// <summary>What lies beside a committed plan: its learned parameters and its summary.</summary>
    internal static string CommittedParameters(string plan) => Path.ChangeExtension(plan, ".safetensors");
    internal static string CommittedSummary(string plan) => Path.ChangeExtension(plan, ".summary.json");

    private static IReadOnlyList<string> Files(string output) => !IsFolder(output) ? [output]
        : Directory.Exists(Folder(output)) ? [.. Directory.GetFiles(Folder(output)).OrderBy(file => file, StringComparer.Ordinal)] : [];
}
