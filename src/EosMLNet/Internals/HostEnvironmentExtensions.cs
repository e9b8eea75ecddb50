using Microsoft.ML.Runtime;

namespace EosMLNet.Internals;

/// <summary>What an <c>MLContext</c> carries for a search.</summary>
internal static class HostEnvironmentExtensions
{
    /// <summary>The seed given to the <c>MLContext</c>, or 1: a search without a seed is still repeatable.</summary>
    public static int SeedOrDefault(this IHostEnvironment env) => ((IHostEnvironmentInternal)env).Seed ?? 1;
}
