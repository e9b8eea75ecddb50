using System.CommandLine;
using EosMLNet.Cluster;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Cluster;

/// <summary>Options that say which cluster is meant.</summary>
internal sealed class ConnectionOptions
{
    /// <summary>The variable that names Redis. A password in it is not seen in lists of processes.</summary>
    internal const string RedisVariable = "EOS_REDIS";

    private readonly Option<string?> redis = CommonOptions.Optional("--redis", "HOST:PORT",
        $"Where Redis is. Default: the variable {RedisVariable}, or localhost:6379. Behind commas: password=TEXT, ssl=true.");
    private readonly Option<string> name = CommonOptions.Default("--cluster", "NAME", "eos",
        "The cluster's name; several clusters may share a Redis.");
    private readonly Option<string?> certificate = CommonOptions.Optional("--certificate", "PEM",
        "This machine's certificate, for encrypted connections; --certificate-key and --authority beside it.");
    private readonly Option<string?> key = CommonOptions.Optional("--certificate-key", "PEM", "The certificate's private key.");
    private readonly Option<string?> authority = CommonOptions.Optional("--authority", "PEM",
        "The certificate of the authority that has signed the certificates of all silos and clients.");

    internal IEnumerable<Option> All => [redis, name, certificate, key, authority];

    /// <exception cref="EosException">EOS1013: a part of the certificates is missing.</exception>
    internal ClusterSettings Of(ParseResult values) => new()
    {
        Redis = values.GetValue(redis) ?? Environment.GetEnvironmentVariable(RedisVariable) ?? "localhost:6379",
        Name = values.GetRequiredValue(name),
        Tls = (values.GetValue(certificate), values.GetValue(key), values.GetValue(authority)) switch
        {
            (null, null, null) => null,
            ({ } own, { } ownKey, { } ca) => new TlsFiles(own, ownKey, ca),
            _ => throw new EosException(EosErrors.InvalidOption,
                $"Only some of {certificate.Name}, {key.Name} and {authority.Name} were given; expected all of them, or none."),
        },
    };
}
