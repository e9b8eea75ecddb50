using EosMLNet.Build.Exchange;

namespace EosMLNet.Tool.Build;

/// <summary>What takes time in a build: the search itself, and putting a model under a plan. Tests have a faster one.</summary>
internal interface IModelSearch
{
    /// <summary>Searches a plan and writes artifact, plan and summary into the folder, under <see cref="BuildCache.Artifact"/>'s names.</summary>
    void Search(BuildRequest request, BuildOptions options, string key, string folder, CancellationToken cancellation);

    /// <summary>Writes the artifact of a plan that was searched before; plan and summary are in the folder already.</summary>
    void Apply(BuildRequest request, BuildOptions options, string key, string folder, CancellationToken cancellation);
}
