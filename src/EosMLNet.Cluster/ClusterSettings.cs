using Orleans.Configuration;
using StackExchange.Redis;

namespace EosMLNet.Cluster;

/// <summary>Which cluster is meant; the same for its silos and clients.</summary>
public sealed record ClusterSettings
{
    /// <summary>Where Redis is, as StackExchange.Redis writes it: <c>host:6379</c>, and behind commas password=… and ssl=true.</summary>
    public required string Redis { get; init; }

    /// <summary>The cluster's name: several may share a Redis.</summary>
    /// <value>The default is eos.</value>
    public string Name { get; init; } = "eos";

    /// <summary>The certificates by which silos and clients know each other.</summary>
    /// <value>The default is null: connections are not encrypted, and whoever reaches a silo may use it.</value>
    public TlsFiles? Tls { get; init; }

    internal ConfigurationOptions RedisOptions()
    {
        try
        {
            var options = ConfigurationOptions.Parse(Redis);
            if (options.EndPoints.Count > 0)
                return options;
        }
        catch (ArgumentException)
        {
        }
        // Without what was given: it may hold a password.
        throw new EosException(EosErrors.InvalidOption, "The address of Redis is not one; expected host:port, such as localhost:6379.");
    }

    internal void Apply(ClusterOptions options) => (options.ClusterId, options.ServiceId) = (Name, Name);
}
