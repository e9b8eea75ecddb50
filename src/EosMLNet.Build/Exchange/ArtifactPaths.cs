namespace EosMLNet.Build.Exchange;

/// <summary>
/// The files that one model's build makes, all beside the artifact and named after it. Compiled into the task and into the worker.
/// </summary>
internal static class ArtifactPaths
{
    /// <summary>
    /// <c>vqa.zip</c>, <c>vqa.plan.json</c>, <c>vqa.plan.safetensors</c> (where the plan has learned parameters) and
    /// <c>vqa.summary.json</c>.
    /// </summary>
    internal static IReadOnlyList<string> All(string output) => [output, Plan(output), Parameters(output), Summary(output)];

    /// <summary>Those that every build makes: all but the learned parameters.</summary>
    internal static IReadOnlyList<string> Always(string output) => [output, Plan(output), Summary(output)];

    internal static string Plan(string output) => Path.ChangeExtension(output, ".plan.json");
    internal static string Parameters(string output) => Path.ChangeExtension(output, ".plan.safetensors");
    internal static string Summary(string output) => Path.ChangeExtension(output, ".summary.json");

    /// <summary>What lies beside a committed plan: its learned parameters and its summary.</summary>
    internal static string CommittedParameters(string plan) => Path.ChangeExtension(plan, ".safetensors");
    internal static string CommittedSummary(string plan) => Path.ChangeExtension(plan, ".summary.json");
}
