using System.Net;

namespace EosMLNet.Cluster;

/// <summary>Where a silo listens.</summary>
/// <param name="Address">The address that other machines reach it at; by default the loopback, which only this machine reaches.</param>
/// <param name="Port">For other silos.</param>
/// <param name="GatewayPort">For clients.</param>
public sealed record SiloEndpoint(IPAddress? Address = null, int Port = 11111, int GatewayPort = 30000)
{
    /// <exception cref="EosException">EOS1013: a port is none, or both are the same.</exception>
    internal void Check()
    {
        if (Port is < 1 or > ushort.MaxValue || GatewayPort is < 1 or > ushort.MaxValue || Port == GatewayPort)
            throw new EosException(EosErrors.InvalidOption,
                $"The ports of the silo are {Port} and {GatewayPort}; expected two different ones from 1 to {ushort.MaxValue}.");
    }
}
