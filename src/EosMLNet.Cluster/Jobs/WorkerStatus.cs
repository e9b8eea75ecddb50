namespace EosMLNet.Cluster;

/// <summary>A device of a silo, as it announces itself.</summary>
/// <param name="Silo">The silo's name.</param>
/// <param name="Device">The device: cpu, cuda:0.</param>
[GenerateSerializer, Immutable]
public sealed record WorkerStatus([property: Id(0)] string Silo, [property: Id(1)] string Device)
{
    /// <summary>What it works on; null where it waits for work.</summary>
    [Id(2)]
    public string? Work { get; init; }

    /// <summary>Whether a job may run there.</summary>
    internal bool Fits(JobDevice device) => device == JobDevice.Any || device == JobDevice.Cpu == (Device == "cpu");
}
