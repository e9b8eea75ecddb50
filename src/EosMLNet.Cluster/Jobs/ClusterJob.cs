namespace EosMLNet.Cluster;

/// <summary>
/// Work for a cluster. Its paths start from the cluster's shared folder, and may not leave it: each machine may have that in another place.
/// </summary>
[GenerateSerializer, Immutable]
public abstract record ClusterJob
{
    /// <summary>The highest priority.</summary>
    public const int HighestPriority = 100;

    private protected ClusterJob()
    {
    }

    /// <summary>Work of jobs of a higher priority is begun first, from 0 to 100; nothing that runs is interrupted for it.</summary>
    /// <value>The default is 0.</value>
    [Id(0)]
    public int Priority { get; init; }

    /// <summary>Where it may run.</summary>
    /// <value>The default is <see cref="JobDevice.Any"/>.</value>
    [Id(1)]
    public JobDevice Device { get; init; }

    /// <summary>What it is called in status reports: search or batch.</summary>
    internal abstract string Kind { get; }

    /// <summary>Whether one item's fault ends all.</summary>
    internal abstract bool EndsAtFault { get; }

    /// <summary>How many items there are; null where that is found out first.</summary>
    internal abstract int? ItemCount { get; }

    /// <summary>What an item is called.</summary>
    internal abstract string NameOf(int item);

    /// <summary>The files and folders that it reads, and what each is.</summary>
    internal abstract IEnumerable<(string Setting, string Path, bool IsFolder)> Inputs { get; }

    /// <summary>Throws where a value is wrong whatever the files hold.</summary>
    /// <exception cref="EosException">EOS1013: a value is out of its range. EOS1012: there is nothing to do.</exception>
    internal virtual void Check()
    {
        if (Priority is < 0 or > HighestPriority)
            throw new EosException(EosErrors.InvalidOption, $"The priority is {Priority}; expected 0 to {HighestPriority}.");
        if (!Enum.IsDefined(Device))
            throw new EosException(EosErrors.InvalidOption,
                $"The device is {Device}; expected {string.Join(", ", Enum.GetNames<JobDevice>())}.");
    }

    private protected static void CheckAtLeast(int least, string name, int value)
    {
        if (value < least)
            throw new EosException(EosErrors.InvalidOption, $"{name} is {value}; expected {least} or more.");
    }
}
