using Gpu.Shapes;

namespace Gpu.Sections;

/// <summary>A part of the run that is measured in a process of its own, so that its crash or its memory is no other's.</summary>
/// <param name="Name">Its name, and that of its property in the results.</param>
/// <param name="Seconds">Its share of 500 seconds; what earlier sections leave is added.</param>
/// <param name="Measure">Measures, and hands over all that is known so far whenever there is more.</param>
internal sealed record Section(string Name, double Seconds, Action<Bench, Action<object>> Measure)
{
    /// <summary>Variables that its process is given.</summary>
    internal IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>All sections, in the order in which a first look at a GPU is worth most.</summary>
    internal static IReadOnlyList<Section> All { get; } =
    [
        new("facts", 20, FactsSection.Measure),
        new("parity", 45, ParitySection.Measure),
        new("attention", 40, AttentionSection.Measure),
        new("attentionCudnn", 40, AttentionSection.Measure) { Variables = AttentionSection.CudnnFirst },
        new("latency", 45, LatencySection.Measure),
        new("checks", 50, ChecksSection.Measure),
        new("ceilings", 15, CeilingsSection.Measure),
        new("speed", 90, SpeedSection.Measure),
        new("sites", 15, SitesSection.Measure),
        new("tiles", 35, TilesSection.Measure),
        new("search", 45, SearchSection.Measure),
        new("transformers", 65, TransformersSection.Measure),
        new("searchLargest", 30, SearchSection.MeasureLargest),
    ];

    /// <summary>The section of a name.</summary>
    /// <exception cref="EosException">EOS1013: there is none.</exception>
    internal static Section Named(string name) => All.FirstOrDefault(section => section.Name == name)
        ?? throw new EosException(EosErrors.InvalidOption, $"There is no section '{name}'. Expected one of {Names}.");

    /// <summary>All names.</summary>
    internal static string Names => string.Join(", ", All.Select(section => section.Name));
}
