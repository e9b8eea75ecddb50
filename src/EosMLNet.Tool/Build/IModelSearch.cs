using EosMLNet.Build.Exchange;

namespace EosMLNet.Tool.Build;

/// <summary>What takes time in a build: the search itself, and putting a model under a plan. Tests have a faster one.</summary>
internal interface IModelSearch
{
    /// <summary>
    /// Searches plans and writes artifact, plan and summary of each into its folder, under <see cref="BuildCache.Artifact"/>'s names.
    /// </summary>
    /// <param name="request">What to build.</param>
    /// <param name="front">The options of each plan, the loosest first; mostly of one.</param>
    /// <param name="keys">For each the hash of all inputs.</param>
    /// <param name="folders">For each an empty folder.</param>
    /// <param name="checkpoint">What the names of files begin with that keep the state of a search that is stopped; the caller removes them
    /// afterwards.</param>
    /// <param name="cancellation">Stops it.</param>
    void Search(BuildRequest request, IReadOnlyList<BuildOptions> front, IReadOnlyList<string> keys, IReadOnlyList<string> folders,
        string checkpoint, CancellationToken cancellation);

    /// <summary>Writes the artifact of a plan that was searched before; plan and summary are in the folder already.</summary>
    void Apply(BuildRequest request, BuildOptions options, string key, string folder, CancellationToken cancellation);

    /// <summary>Measures a plan on the validation data and writes a page that shows what it does.</summary>
    /// <param name="request">Names the data and the page.</param>
    /// <param name="options">How the model answers.</param>
    /// <param name="plan">The plan's file.</param>
    /// <param name="cancellation">Stops it.</param>
    void Report(BuildRequest request, BuildOptions options, string plan, CancellationToken cancellation);
}
