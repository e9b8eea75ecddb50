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

    /// <summary>The targets of some names.</summary>
    /// <exception cref="EosException">EOS1013: there is none of that name.</exception>
    internal static IReadOnlyList<FuzzTarget> Named(IReadOnlyCollection<string> names) => names.Count == 0 ? All :
    [
        .. names.Select(name => All.FirstOrDefault(target => target.Name == name) ?? throw new EosException(EosErrors.InvalidOption,
            $"There is no target '{name}'.{Spelling.Suggestion(name, All.Select(target => target.Name))}")),
    ];
}
