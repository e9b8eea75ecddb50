namespace EosMLNet.Tool.Report.Contents;

/// <summary>What stands beside each other in a report.</summary>
internal enum MethodKind
{
    /// <summary>The model as it is.</summary>
    Unreduced,

    /// <summary>The plan that the report is about.</summary>
    Plan,

    /// <summary>A further plan of the command line.</summary>
    OtherPlan,

    /// <summary>A hand-made method at the plan's budget.</summary>
    Preset,
}
