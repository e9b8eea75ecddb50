namespace EosMLNet.Plans;

/// <summary>Says of a <see cref="ScoreCriterion"/> what rules know of it.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class CriterionAttribute(CriterionTraits traits) : Attribute
{
    /// <summary>What rules know of it.</summary>
    internal CriterionTraits Traits { get; } = traits;
}
