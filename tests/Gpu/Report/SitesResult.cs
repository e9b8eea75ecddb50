namespace Gpu.Report;

/// <summary>One reduced prefill, part by part; the device is waited for behind each, so that the parts come to more than the whole.</summary>
/// <param name="Budget">Mean visual tokens per layer.</param>
/// <param name="LayersMilliseconds">All layers together.</param>
/// <param name="Sites">The sites.</param>
internal sealed record SitesResult(int Budget, double LayersMilliseconds, IReadOnlyList<SitesResult.Site> Sites)
{
    /// <summary>One site.</summary>
    /// <param name="Layer">The layer that it is in front of.</param>
    /// <param name="Keep">The tokens that it leaves.</param>
    /// <param name="Milliseconds">What it takes, the median.</param>
    internal sealed record Site(int Layer, int Keep, double Milliseconds);
}
