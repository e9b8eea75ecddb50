using Gpu.Shapes;

namespace Gpu.Sections;

/// <summary>A part of the run that is measured in a process of its own, so that its crash or its memory is no other's.</summary>
/// <param name="Name">Its name, and that of its property in the results.</param>
/// <param name="Seconds">Its share of 500 seconds; what earlier sections leave is added.</param>
/// <param name="Measure">Measures, and hands over all that is known so far whenever there is more.</param>
internal sealed record Section(string Name, double Seconds, Action<Bench, Action<object>> Measure)
{
    /// <summary>All sections, in the order of their worth.</summary>
    internal static IReadOnlyList<Section> All { get; } =
    [
        new("facts", 50, FactsSection.Measure),
        new("parity", 50, ParitySection.Measure),
        new("checks", 65, ChecksSection.Measure),
        new("ceilings", 25, CeilingsSection.Measure),
        new("speed", 120, SpeedSection.Measure),
        new("search", 85, SearchSection.Measure),
        new("transformers", 105, TransformersSection.Measure),
    ];
}
