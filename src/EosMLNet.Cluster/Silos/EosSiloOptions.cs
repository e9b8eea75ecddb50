namespace EosMLNet.Cluster;

/// <summary>What a silo works with.</summary>
public sealed class EosSiloOptions
{
    /// <summary>The name of the grain storage that the jobs' state is kept in.</summary>
    public const string Storage = "eos";

    /// <summary>
    /// The folder that all machines share: models, tables and images lie in it, and results and checkpoints are written to it.
    /// </summary>
    /// <value>There is no default; it must be given.</value>
    public string SharedFolder { get; set; } = "";

    /// <summary>The devices that work is done on, one piece at a time each: cpu, cuda:0, or auto.</summary>
    /// <value>The default is auto alone: a GPU where there is one, else the CPU.</value>
    public IReadOnlyList<string> Devices { get; set; } = ["auto"];

    /// <summary>How often a device tells that it still works.</summary>
    /// <value>The default is two seconds.</value>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>After how long without that its work goes to another device. The same on all silos.</summary>
    /// <value>The default is ten seconds.</value>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a device without work asks for some.</summary>
    /// <value>The default is a second.</value>
    public TimeSpan Idle { get; set; } = TimeSpan.FromSeconds(1);

    /// <exception cref="EosException">EOS1001: there is no such folder. EOS1013: a value is out of its range.</exception>
    internal void Check()
    {
        if (!Directory.Exists(SharedFolder))
            throw new EosException(EosErrors.FileMissing,
                $"The shared folder '{SharedFolder}' does not exist; expected a folder that all machines of the cluster see.");
        if (Devices.Count == 0 || Devices.Distinct().Count() < Devices.Count)
            throw new EosException(EosErrors.InvalidOption,
                $"The devices are {string.Join(", ", Devices)}; expected at least one, and none twice.");
        if (Heartbeat <= TimeSpan.Zero || Idle <= TimeSpan.Zero || Lease < 2 * Heartbeat)
            throw new EosException(EosErrors.InvalidOption,
                $"The heartbeat is {Heartbeat}, the lease {Lease}, the pause of an idle device {Idle}; expected all above zero, and a " +
                "lease of at least two heartbeats.");
    }
}
