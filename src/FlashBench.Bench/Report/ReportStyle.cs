namespace FlashBench.Bench.Report;

/// <summary>How the report looks on a screen and on A4 paper.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { --ink: #1c2430; --soft: #5b6675; --line: #d5dbe3; --paper: #ffffff; --ground: #eef1f5;
          --pass: #0b6b3a; --fail: #a51d1d; --inconclusive: #8a5700; --error: #4b3a74; --accent: #1f4e8c; }
        * { box-sizing: border-box; }
        html { background: var(--ground); }
        body { margin: 0 auto; max-width: 1120px; padding: 20px 28px 48px; background: var(--paper); color: var(--ink);
          font: 14px/1.45 "Segoe UI", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif;
          overflow-wrap: anywhere; }
        h1, h2, h3, p, dl, dd, ul { margin: 0; }
        h2 { font-size: 17px; margin: 30px 0 10px; padding-bottom: 4px; border-bottom: 2px solid var(--ink); }
        h3 { font-size: 14px; margin: 18px 0 6px; }
        p { margin: 6px 0; }
        ul { padding-left: 20px; }
        .soft { color: var(--soft); }
        .small { font-size: 12px; }
        .mono { font-family: "DejaVu Sans Mono", Consolas, Menlo, monospace; font-size: 11.5px; }
        .top { display: flex; justify-content: space-between; gap: 20px; font-size: 12px; color: var(--soft);
          padding-bottom: 10px; }
        .banner { display: grid; grid-template-columns: 300px 1fr; border: 2px solid var(--tone); color: var(--ink); }
        .banner .verdict { background: var(--tone); color: #fff; padding: 18px 20px; display: flex;
          flex-direction: column; justify-content: center; }
        .banner .verdict b { font-size: 28px; line-height: 1.1; letter-spacing: .02em; overflow-wrap: normal; }
        .banner .verdict span { font-size: 13px; opacity: .95; margin-top: 4px; }
        .banner .why { padding: 12px 18px; }
        .banner .why p:first-child { font-size: 15px; font-weight: 600; margin-top: 0; }
        .tone-pass { --tone: var(--pass); } .tone-fail { --tone: var(--fail); }
        .tone-inconclusive { --tone: var(--inconclusive); } .tone-error { --tone: var(--error); }
        .levels { display: flex; flex-wrap: wrap; gap: 6px 28px; margin-top: 8px; }
        .levels div { min-width: 150px; } .levels dt { font-size: 11px; color: var(--soft); }
        .levels dd { font-weight: 600; }
        .numbers { display: grid; grid-template-columns: repeat(4, auto); gap: 4px 20px; margin: 6px 0; }
        .numbers dt { font-size: 11px; color: var(--soft); } .numbers dd { font-weight: 600; font-size: 13px; }
        .simulated { margin: 0 0 12px; padding: 9px 16px; font-size: 15px; color: #3d2a00; border: 2px solid #b77900;
          background: repeating-linear-gradient(135deg, #ffe9b3 0 14px, #fff4d6 14px 28px); }
        .simulated b { letter-spacing: .12em; }
        .notice { margin: 10px 0 0; padding: 8px 14px; border-left: 5px solid var(--inconclusive);
          background: #fff6e2; }
        .watermark { display: none; }
        table { width: 100%; border-collapse: collapse; margin: 6px 0 10px; }
        th, td { text-align: left; vertical-align: top; padding: 5px 8px; border-bottom: 1px solid var(--line); }
        th { font-size: 11.5px; color: var(--soft); font-weight: 600; border-bottom: 1.5px solid var(--ink); }
        tbody th { color: var(--ink); font-size: inherit; width: 230px; border-bottom: 1px solid var(--line); }
        td.num, th.num { text-align: right; white-space: nowrap; }
        .fit { white-space: nowrap; width: 1%; overflow-wrap: normal; }
        .results, .pair, .course { table-layout: fixed; }
        .results th:nth-child(1) { width: 48px; } .results th:nth-child(2) { width: 38%; }
        .results th:nth-child(5) { width: 128px; } .pair th:nth-child(1) { width: 210px; }
        .course th:nth-child(1) { width: 16%; } .course th:nth-child(2), .course th:nth-child(3) { width: 12%; }
        .course th:nth-child(4) { width: 138px; }
        .regs { white-space: nowrap; overflow-wrap: normal; }
        .mark { display: inline-block; min-width: 104px; padding: 1px 8px; border-radius: 3px; color: #fff;
          text-align: center; font-size: 11.5px; font-weight: 700; background: var(--tone); overflow-wrap: normal; }
        details { margin: 6px 0; } summary { cursor: pointer; color: var(--accent); }
        figure { margin: 8px 0 16px; } figcaption { margin-bottom: 4px; }
        svg { display: block; width: 100%; height: auto; }
        svg text { font: 11px "Segoe UI", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif; fill: #1c2430; }
        svg .dim { fill: #5b6675; } svg .bad { fill: #a51d1d; font-weight: 700; }
        .key { display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 12px; margin: 4px 0 8px; }
        .key i { display: inline-block; width: 22px; height: 11px; margin-right: 6px; border: 1px solid #5b6675; }
        .k-found { background: #b9c6d8; } .k-kept { background: #2e8b57; } .k-changed { background: #d9730d; }
        .k-erased { background: repeating-linear-gradient(135deg, #fff 0 3px, #c9ced6 3px 5px); }
        .end { text-align: center; margin-top: 32px; color: var(--soft); letter-spacing: .1em; }
        @page { size: A4; margin: 14mm 13mm 16mm;
          @bottom-left { content: "FlashBench report"; font: 8pt sans-serif; color: #5b6675; }
          @bottom-right { content: "page " counter(page) " of " counter(pages); font: 8pt sans-serif;
            color: #5b6675; } }
        @media print {
          html, body { background: #fff; }
          body { max-width: none; padding: 0; font-size: 9.5pt; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          h2, h3, figcaption, summary, h2 + p.soft { break-after: avoid; }
          h2 { margin-top: 20px; font-size: 12.5pt; }
          tr, figure, .banner, .notice { break-inside: avoid; }
          thead { display: table-header-group; }
          .banner { grid-template-columns: 215px 1fr; }
          .banner .verdict b { font-size: 16pt; }
          .mono { font-size: 7.5pt; }
          .regs { white-space: normal; width: 150pt; }
          .watermark { display: block; position: fixed; top: 42%; left: 0; right: 0; text-align: center;
            font-size: 76pt; font-weight: 800; white-space: nowrap;
            transform: rotate(-32deg); color: #b77900;
            opacity: .13; z-index: 9; }
        }

        """;
}
