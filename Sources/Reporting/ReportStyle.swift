/// How the page looks: one column, readable on a phone, the system's own fonts, light or dark as the reader has it.
enum ReportStyle {
    static let text: Markup = """
        :root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #1d2430; --faint: #5b6675;
          --rule: #dde2e9; --line: #2563b8; --area: #2563b81f; --good: #1d7a46; --warn: #9a5b00; --bad: #b3261e;
          --good-back: #e3f4ea; --warn-back: #fdf0d9; --bad-back: #fce8e6; }
        @media (prefers-color-scheme: dark) { :root { --page: #12161c; --card: #1b212a; --text: #e6eaf0;
          --faint: #9aa5b4; --rule: #313a46; --line: #7db0f5; --area: #7db0f52e; --good: #7fd6a4; --warn: #f2c069;
          --bad: #ff9d94; --good-back: #17372a; --warn-back: #3b2d12; --bad-back: #44201d; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--page); color: var(--text);
          font: 1rem/1.45 system-ui, sans-serif; }
        h1 { font-size: 1.5rem; margin: .5rem 0 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
        h3 { font-size: 1rem; margin: 0 0 .3rem; } p, ul { margin: .3rem 0; } ul { padding-left: 1.2rem; }
        .moment { white-space: nowrap; }
        a { color: inherit; } .faint, small, figcaption { color: var(--faint); }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .7rem; margin: 1rem 0; }
        .tile, .card, details, .table, figure { background: var(--card); border: 1px solid var(--rule);
          border-radius: .5rem; padding: .7rem .9rem; }
        .tile b { display: block; font-size: 1.45rem; font-variant-numeric: tabular-nums; }
        .card, details { margin: .6rem 0; overflow-wrap: anywhere; }
        .card { border-left: .3rem solid var(--rule); }
        .card.bad { border-left-color: var(--bad); } .card.warn { border-left-color: var(--warn); }
        .badge { border-radius: 1rem; padding: .05rem .6rem; font-size: .85rem; font-weight: 600; white-space: nowrap; }
        .badge.good { color: var(--good); background: var(--good-back); }
        .badge.warn { color: var(--warn); background: var(--warn-back); }
        .badge.bad { color: var(--bad); background: var(--bad-back); } .tile .bad { color: var(--bad); }
        .table { overflow-x: auto; padding: .2rem .9rem; }
        table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 600; color: var(--faint); }
        th, td { padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--rule); vertical-align: middle; }
        tbody tr:last-child td { border-bottom: 0; } td:first-child { overflow-wrap: anywhere; min-width: 7rem; }
        th.number { text-align: right; } summary { cursor: pointer; font-weight: 600; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: .7rem;
          margin: .6rem 0; }
        figure { margin: 0; } figure svg { display: block; width: 100%; max-height: 18rem; margin-top: .3rem; }
        svg text { fill: var(--faint); font-size: 10px; } .grid { stroke: var(--rule); stroke-width: .7; }
        .line { fill: none; stroke: var(--line); stroke-width: 1.6; stroke-linejoin: round; }
        .area { fill: var(--area); } .end, .bar { fill: var(--line); } .bar.bad { fill: var(--bad); }
        .spark { width: 5rem; height: 1.25rem; display: block; }
        @media (max-width: 42rem) { .wide { display: none; } body { padding: .7rem; } }
        @media print { body { max-width: none; } details { break-inside: avoid; } }
        """
}
