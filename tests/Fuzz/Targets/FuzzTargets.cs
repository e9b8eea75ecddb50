namespace Fuzz.Targets;

/// <summary>All targets.</summary>
internal static class FuzzTargets
{
    /// <summary>By name: one a class, one a family of models, and one a benchmark.</summary>
    internal static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. typeof(FuzzTarget).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(FuzzTarget)) && !type.IsAbstract && type.GetConstructor(Type.EmptyTypes) is not null)
            .Select(type => (FuzzTarget)Activator.CreateInstance(type)!)
            .Concat(ModelConfig.ModelTypes.Select(family => new ConfigTarget(family)))
            .Concat(BenchmarkTarget.Files.Keys.Select(name => new BenchmarkTarget(name)))
            .OrderBy(target => target.Name, StringComparer.Ordinal),
    ];
}
