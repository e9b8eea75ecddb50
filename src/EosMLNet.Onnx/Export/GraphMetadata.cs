using System.Security.Cryptography;
using System.Text;

namespace EosMLNet.Onnx;

/// <summary>What a graph says of itself, so that an artifact tells what it is.</summary>
internal static class GraphMetadata
{
    /// <summary>The name of the entry with the plan's hash.</summary>
    internal const string Plan = "eosmlnet.plan";

    /// <summary>The family, the plan's hash and its sites.</summary>
    internal static Dictionary<string, string> Of(ReductionPlan plan) => new()
    {
        ["eosmlnet.family"] = plan.Model.Family,
        [Plan] = HashOf(plan),
        ["eosmlnet.sites"] = string.Join("; ", plan.Sites.Select(site => $"{site.Place}: {site.Regime}")),
    };

    /// <summary>The hash of a plan's document, <c>sha256:</c> and 64 hexadecimal digits.</summary>
    internal static string HashOf(ReductionPlan plan) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plan.ToJson())));
}
