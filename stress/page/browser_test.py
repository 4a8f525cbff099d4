#!/usr/bin/env python3
"""Looks at the page in a real browser: whole, alone, as wide as the screen, in both colour schemes, and with hostile results.

What the browser reports is believed only because the last tests plant each fault and see it.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # The modules are in the tree.
import browser
import fixtures
from charts import short

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page.py")
PHONE, DESK = 360, 1280

# Returns the elements that reach beyond a width, and are not inside of something that scrolls by itself.
TOO_WIDE = """
  const scrolls = e => e && (['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.querySelectorAll('body *')].filter(e => {
    const box = e.getBoundingClientRect();
    return (box.right > arguments[0] + 0.5 || box.left < -0.5) && !e.closest('.spoken') && !scrolls(e.parentElement);
  }).map(e => e.tagName + '.' + e.getAttribute('class') + ': ' + e.textContent.slice(0, 40));
"""
# Returns [text, contrast of the text with what is behind it] of elements.
CONTRASTS = """
  const numbers = color => color.match(/[\\d.]+/g).map(Number);
  const light = color => numbers(color).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const back = e => {
    const color = getComputedStyle(e).backgroundColor;
    return numbers(color)[3] === 0 ? back(e.parentElement) : color;
  };
  return [...document.querySelectorAll(arguments[0])].map(e => {
    const [a, b] = [light(getComputedStyle(e).color), light(back(e))];
    return [e.textContent.slice(0, 40), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
  });
"""


class PageInABrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        cls.pages = {
            name: cls.make(name, runs)
            for name, runs in [
                ("ordinary", fixtures.nights()),
                ("hostile", fixtures.hostile_nights()),
                ("one", [fixtures.run(1)]),
                ("batches", fixtures.batches()),
                ("kinds", [fixtures.run(1), fixtures.run(2, threads=2), fixtures.run(3, kernel="G1"), fixtures.run(4)]),
                (
                    "long",
                    [
                        fixtures.run(1, started=f"2026-{1 + day // 28:02}-{1 + day % 28:02}T02:00:00Z")
                        for day in range(120)
                    ],
                ),
            ]
        }
        cls.browser = cls.enterClassContext(browser.started())

    @classmethod
    def make(cls, name, runs):
        folder = os.path.join(cls.folder, name)
        os.mkdir(folder)
        results = os.path.join(folder, "bazel-out")
        fixtures.write_target(results, "k8-opt", "stress/a_test")
        fixtures.write_target(results, "k8-opt-tsan", "stress/a_test", fixtures.FAILED, 4)
        out = os.path.join(folder, "page.html")
        subprocess.run(
            [PAGE, results, *fixtures.write_runs(folder, runs), f"--history={folder}/history", f"--out={out}"],
            check=True,
            capture_output=True,
        )
        return out

    def open(self, name, width=DESK, **more):
        self.browser.open(self.pages[name], width, **more)

    def texts(self, selector):
        return self.browser.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector)

    def test_it_asks_for_nothing_and_complains_of_nothing(self):
        for name, path in self.pages.items():
            self.open(name)
            self.assertEqual(self.browser.requests(), ["file://" + path])
            self.assertEqual(self.browser.complaints(), [])
            self.assertEqual(self.browser.run("return document.compatMode + document.characterSet"), "CSS1CompatUTF-8")

    def test_nothing_is_too_wide(self):
        for name in self.pages:
            for width in (320, PHONE, 768, DESK):
                self.open(name, width)
                self.browser.run("document.querySelectorAll('details').forEach(e => e.open = true)")
                self.assertEqual(
                    self.browser.run("return [innerWidth, document.documentElement.scrollWidth]"), [width, width], name
                )
                self.assertEqual(self.browser.run(TOO_WIDE, width), [], (name, width))

    def test_a_chart_has_a_point_for_each_run(self):
        runs = fixtures.nights()
        self.open("ordinary")
        self.assertEqual(self.texts("#trends h3"), [f"{name}12 runs" for name in fixtures.RATES])
        for index, name in enumerate(fixtures.RATES):
            mine = [run for run in runs if run["configuration"] == name]
            for chart in (f"#throughput-{index} .point", f"#failures-{index} .bar", f"#missed-{index} .point"):
                self.assertEqual(len(self.texts(chart)), len(mine))
            tips = self.texts(f"#throughput-{index} .point title")
            self.assertEqual(
                [tip.split("\n")[0] for tip in tips],
                [f"Operations a second: {run['operations_per_second']:,.0f}" for run in mine],
            )
            bad = self.texts(f"#throughput-{index} .point.bad")
            self.assertEqual(len(bad), sum(bool(run["failures"]) for run in mine))

    def test_a_line_joins_what_can_be_compared(self):
        self.open("ordinary")
        self.assertEqual(len(self.texts("#throughput-0 .line")), 1)
        self.open("kinds")
        joined = self.browser.run(
            "return [...document.querySelectorAll('#throughput-0 .line')].map(e => e.getAttribute('d').split('L').length)"
        )
        self.assertEqual(joined, [2, 1, 1])

    def test_what_one_test_ran_stands_above_each_other(self):
        self.open("batches")
        places = self.browser.run(
            """
          return [...document.querySelectorAll('#throughput-0 .mark')].map(e => e.getBoundingClientRect())
              .map(b => b.x + b.width / 2)"""
        )
        self.assertEqual(len(places), 3 * len(fixtures.PROFILES))
        self.assertEqual(len({round(x) for x in places}), 3)
        self.assertEqual(len(self.texts("#throughput-0 .line")), len(fixtures.PROFILES))
        self.assertEqual(len(self.texts("#failures-0 .bar")), 3)
        self.assertEqual(self.texts("#trends h3"), ["plain15 runs of 3 tests"])
        # What one of them missed, another met.
        self.assertEqual(self.texts("#missed-0 .point title")[2].split("\n")[0], "Pairs that did not overlap: 3")

    def test_many_points_are_small(self):
        width = "return parseFloat(getComputedStyle(document.querySelector('#throughput-0 .mark')).strokeWidth)"
        self.open("ordinary")
        self.assertEqual(self.browser.run(width), 7)
        self.open("long")
        self.assertEqual(self.browser.run(width), 3)
        self.assertEqual(len(self.texts("#throughput-0 .point")), 90)  # The newest.

    def test_points_stand_where_their_numbers_say(self):
        runs = [run["operations_per_second"] for run in fixtures.nights() if run["configuration"] == "plain"]
        for width in (PHONE, DESK):
            self.open("ordinary", width)
            marks, (left, top, width_of_chart, height) = self.browser.run(
                """
              const box = e => { const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; };
              const marks = [...document.querySelectorAll('#throughput-0 .mark')].map(box);
              return [marks.map(b => [b[0] + b[2] / 2, b[1] + b[3] / 2]), box(document.getElementById('throughput-0'))];"""
            )
            self.assertEqual(len(marks), len(runs))
            for index, ((x, y), value) in enumerate(zip(marks, runs)):
                self.assertAlmostEqual(x, left + width_of_chart * (index + 0.5) / len(runs), delta=1)
                self.assertAlmostEqual(y, top + height * (1 - value / 300000), delta=1)

    def test_what_one_hovers_is_told(self):
        self.open("ordinary")
        found = self.browser.run(
            """
          const mark = document.querySelectorAll('#throughput-0 .mark')[8];
          mark.scrollIntoView({block: 'center'});
          const b = mark.getBoundingClientRect();
          return document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2 + 5).closest('g').firstChild.textContent;"""
        )
        self.assertRegex(
            found,
            "Operations a second: [0-9,]+\n2026-11-09 02:00, seed 1009, G9 with all, 8 threads, 3 failures",
            found,
        )

    def test_the_matrix_has_a_cell_for_each_pair(self):
        runs = fixtures.nights()
        self.open("ordinary")
        cells = dict(
            self.browser.run(
                "return [...document.querySelectorAll('.matrix tbody td')].map(e => [e.title, e.textContent])"
            )
        )
        self.assertEqual(len(cells), len(fixtures.PAIRS))
        for index, (first, second) in enumerate(fixtures.PAIRS):
            counts = [run["pairs"][index]["overlaps"] for run in runs]
            seen = sum(count > 0 for count in counts)
            told = f"{sum(counts):,} overlaps, in {seen} of 48 runs" if seen else "never overlapped"
            self.assertEqual(cells[f"{first} × {second}: {told}"], short(sum(counts)))
        # Each stands in the row and column that it names.
        names = self.browser.run(
            """
          const columns = [...document.querySelectorAll('.matrix tfoot th')].map(e => e.textContent);
          return [...document.querySelectorAll('.matrix tbody tr')].flatMap(row => [...row.querySelectorAll('td')].map(
              (cell, index) => [columns[index] + ' × ' + row.querySelector('th').textContent, cell.title]));"""
        )
        self.assertTrue(all(title.startswith(place + ": ") for place, title in names))

    def test_pairs_that_never_met_stand_out_and_are_listed(self):
        self.open("ordinary")
        listed = [f"{first} × {second}" for first, second in fixtures.NEVER]
        self.assertEqual(self.texts(".never li"), listed)
        self.assertEqual(
            self.browser.run("return [...document.querySelectorAll('.matrix .level0')].map(e => e.title)"),
            [f"{names}: never overlapped" for names in sorted(listed, key=lambda names: names.split(" × ")[::-1])],
        )
        looks = "const s = getComputedStyle(document.querySelector(arguments[0])); return [s.backgroundImage, s.outlineStyle]"
        self.assertEqual(self.browser.run(looks, ".matrix .level3"), ["none", "none"])
        self.assertRegex(" ".join(self.browser.run(looks, ".matrix .level0")), r"gradient.* solid")

    def test_failures_are_read(self):
        self.open("ordinary", PHONE)
        text = self.browser.run("return document.getElementById('failures').innerText")
        self.assertEqual(text.count("To repeat:"), 6)
        for run in fixtures.nights():
            for failure in run["failures"]:
                for part in (failure["rule"], failure["message"].split("\n")[0], f"round\n{failure['round']}"):
                    self.assertIn(part, text)
        for part in (
            "target failed",
            "//stress:a_test",
            "./bazelw test --config=tsan //stress:a_test --test_filter=Rmap.Holds",
        ):
            self.assertIn(part, text)
        story = "thread 1   move 2 [4, 6) to [1, 3)  running"
        self.assertNotIn(story, text)
        self.browser.run(
            "document.querySelectorAll('#failures details').forEach(e => e.querySelector('summary').click())"
        )
        self.assertIn(story, self.browser.run("return document.getElementById('failures').innerText"))

    def test_hostile_results_are_text(self):
        self.open("hostile")
        self.assertEqual(self.browser.run("return document.title"), "Stress runs of rmapcheck")
        self.assertEqual(
            self.browser.run("return document.querySelectorAll('script, img, [onerror], [onmouseover]').length"), 0
        )
        text = self.browser.run("return document.body.innerText")
        self.assertGreater(text.count(fixtures.HOSTILE), 5)
        self.assertIn("\\u202egnp \\x1b[31m \\ud800 & &amp; ' --", text)

    def test_the_scheme_is_followed(self):
        look = "const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]"
        looks = {}
        for scheme in ("light", "dark"):
            self.open("ordinary", scheme=scheme)
            looks[scheme] = [sum(map(int, re.findall(r"\d+", color))) for color in self.browser.run(look)]
            for selector in (
                ".matrix td:not(.absent)",
                "p, small, dt, dd, th, caption, li b, .rule, summary, .repeat code, .facts dd",
            ):
                for text, contrast in self.browser.run(CONTRASTS, selector):
                    self.assertGreaterEqual(contrast, 4.5, (scheme, text))
        self.assertGreater(looks["light"][0], 700)
        self.assertLess(looks["light"][1], 150)
        self.assertLess(looks["dark"][0], 100)
        self.assertGreater(looks["dark"][1], 600)

    def test_whoever_listens_is_told(self):
        self.open("ordinary")
        nodes = self.browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        named = {(node["role"]["value"], node["name"]["value"]) for node in nodes if node.get("name", {}).get("value")}
        pictures = {name for role, name in named if role in ("image", "img")}
        self.assertEqual(len(pictures), 12)
        self.assertIn("Operations a second, tsan", {name.split(" 12 points")[0] for name in pictures})
        for wanted in [("rowheader", "take_all_locks"), ("columnheader", "take_all_locks"), ("heading", "Failures")]:
            self.assertIn(wanted, named)
        for table in ("Runs, tsan", "Pairs"):  # What the pictures show, in words.
            self.assertIn(table, self.texts("details caption"))
        self.assertEqual(len(self.texts("#trends details tbody tr")), 48)
        self.assertEqual(len(self.texts("#pairs details tbody tr")), 231)

    # What could look away: each fault is planted, and must be seen.

    def ordinary(self):
        with open(self.pages["ordinary"], encoding="utf-8") as file:
            return file.read()

    def plant(self, replaced, by):
        text = self.ordinary()
        self.assertIn(replaced, text)
        path = os.path.join(self.folder, "planted.html")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(replaced, by, 1))
        self.browser.open(path, PHONE)

    def test_planted_requests_are_seen(self):
        policy = re.search('<meta http-equiv="Content-Security-Policy"[^>]*>', self.ordinary())[0]
        self.plant(policy, '<img src="http://127.0.0.1:9/planted.png">')
        self.assertIn("http://127.0.0.1:9/planted.png", self.browser.requests())

    def test_the_policy_forbids_what_could_be_loaded(self):
        self.plant("</h1>", '</h1><img src="http://127.0.0.1:9/planted.png"><script>document.title = "taken"</script>')
        self.assertEqual(len(self.browser.complaints()), 2)
        self.assertEqual(self.browser.run("return document.title"), "Stress runs of rmapcheck")

    def test_planted_width_is_seen(self):
        self.plant("</h1>", '</h1><p class="planted" style="width: 500px; max-width: none">wide</p>')
        self.assertEqual(self.browser.run(TOO_WIDE, PHONE), ["P.planted: wide"])
        self.assertEqual(self.browser.run("return document.documentElement.scrollWidth > 500"), True)

    def test_planted_faint_text_is_seen(self):
        self.plant("</h1>", '</h1><p id="planted" style="color: #bbb; background: #fff">faint</p>')
        ((_, contrast),) = self.browser.run(CONTRASTS, "#planted")
        self.assertLess(contrast, 2)


if __name__ == "__main__":
    unittest.main()
