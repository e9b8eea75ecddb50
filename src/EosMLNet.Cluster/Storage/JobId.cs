using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace EosMLNet.Cluster.Storage;

/// <summary>Names of jobs, which are names of folders too.</summary>
internal static partial class JobId
{
    /// <summary>A name that no other job has.</summary>
    internal static string New(ClusterJob job) => $"{job.Kind}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";

    /// <exception cref="EosException">EOS1018: no job can have this name.</exception>
    internal static void Check(string id)
    {
        if (!Form().IsMatch(id))
            throw new EosException(EosErrors.UnknownJob,
                "The name of a job has other characters than small letters, digits and hyphens, or more than 64; `eos cluster status` " +
                "without a name lists those that there are.");
    }

    [GeneratedRegex(@"^[a-z0-9-]{1,64}\z")]
    private static partial Regex Form();
}
