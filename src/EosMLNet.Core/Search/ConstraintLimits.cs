namespace EosMLNet.Search;

/// <summary>
/// The limits that are set, in the order of <see cref="ConstraintKind.All"/>. Two of them are equal where all their limits are.
/// </summary>
internal sealed class ConstraintLimits : IEquatable<ConstraintLimits>
{
    /// <summary>No limit.</summary>
    internal static readonly ConstraintLimits None = new([]);

    private ConstraintLimits(IEnumerable<ConstraintLimit> limits) => All = [.. limits];

    /// <summary>The limits.</summary>
    internal IReadOnlyList<ConstraintLimit> All { get; }

    /// <summary>The limit of this kind; null where none is set.</summary>
    internal double? Of(ConstraintKind kind) => All.FirstOrDefault(one => one.Kind == kind)?.Limit;

    /// <summary>The same limits but for one.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="limit">Its limit; null for none.</param>
    internal ConstraintLimits With(ConstraintKind kind, double? limit) => new(
        from one in ConstraintKind.All
        let set = one == kind ? limit : Of(one)
        where set is not null
        select new ConstraintLimit(one, set.Value));

    /// <summary>Other limits of the same kinds.</summary>
    internal ConstraintLimits Change(Func<ConstraintLimit, double> change) => new(All.Select(one => one with { Limit = change(one) }));

    /// <inheritdoc/>
    public bool Equals(ConstraintLimits? other) => other is not null && All.SequenceEqual(other.All);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ConstraintLimits);

    /// <inheritdoc/>
    public override int GetHashCode() => All.Aggregate(All.Count, HashCode.Combine);
}
