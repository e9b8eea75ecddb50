namespace EosMLNet.Cluster;

/// <summary>On what kind of device a job's work may run.</summary>
public enum JobDevice
{
    /// <summary>On any. A search that is placed again on another kind of device begins anew: its checkpoint is the first kind's.</summary>
    Any,
    /// <summary>On CPUs.</summary>
    Cpu,
    /// <summary>On GPUs.</summary>
    Cuda,
}
