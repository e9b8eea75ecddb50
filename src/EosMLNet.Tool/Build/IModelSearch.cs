using EosMLNet.Build.Exchange;

namespace EosMLNet.Tool.Build;

/// <summary>What takes time in a build: the search itself, and putting a model under a plan. Tests have a faster one.</summary>
internal interface IModelSearch
{
    /// <summary>
    /// Searches a plan and writes artifact, plan and summary into the folder, under <see cref="BuildCache.Artifact"/>'s names.
    /// </summary>
    /// <param name="request">What to build.</param>
    /// <param name="options">The item's options.</param>
    /// <param name="key">The hash of all inputs.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="checkpoint">What the names of files begin with that keep the state of a search that is stopped; the caller removes them
    /// afterwards.</param>
    /// <param name="cancellation">Stops it.</param>
    void Search(BuildRequest request, BuildOptions options, string key, string folder, string checkpoint, CancellationToken cancellation);

    /// <summary>Writes the artifact of a plan that was searched before; plan and summary are in the folder already.</summary>
    void Apply(BuildRequest request, BuildOptions options, string key, string folder, CancellationToken cancellation);
}
