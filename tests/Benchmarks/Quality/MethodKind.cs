namespace Benchmarks.Quality;

/// <summary>Where a method's plan comes from.</summary>
internal enum MethodKind
{
    /// <summary>The model as it is.</summary>
    Unreduced,
    /// <summary>A published or trivial method with the parameters that a person gave it.</summary>
    Preset,
    /// <summary>Another search, of a smaller space or without gradients.</summary>
    Search,
    /// <summary>The operator search.</summary>
    Eos,
}
