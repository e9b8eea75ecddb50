using System.Collections;

namespace EosMLNet.Tool.Doctor;

/// <summary>The environment variables that change what EosMLNet does.</summary>
internal static class EosVariables
{
    private const string Prefix = "EOS_";

    /// <summary>Those that are known: of the library, of the command line, of builds.</summary>
    internal static IReadOnlyList<string> Known { get; } =
    [
        "EOS_LIBTORCH", "EOS_LIBTORCH_ANY_VERSION", "EOS_MODEL_PATH", "EOS_LINE_WIDTH", "EOS_ENABLED", "EOS_MODE", "EOS_DEVICE",
        "EOS_TIMEOUT", "EOS_CACHE_DIR", "EOS_REDIS",
    ];

    /// <summary>Those that are set, with their values.</summary>
    internal static SortedDictionary<string, string> Set()
    {
        var set = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if ($"{variable.Key}" is var name && name.StartsWith(Prefix, StringComparison.Ordinal))
                set[name] = $"{variable.Value}";
        }
        return set;
    }
}
