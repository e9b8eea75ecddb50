namespace Faults.Cases;

/// <summary>The machine cannot do what a case does to it.</summary>
internal sealed class CaseSkippedException(string why) : Exception(why);
